package dev.hypersd.serve;

import dev.hypersd.file.Fingerprint;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Limits how many wrong tokens each address can try, wherever in its requests they are. After {@value #MAX_WRONG}
 * different ones, no token of the address is tried until a minute has passed since the first. A program that repeats
 * one outdated token is refused each time and does not lock out others at its address. Safe to share.
 */
final class TokenThrottle {
    static final int MAX_WRONG = 10;

    private static final Duration WINDOW = Duration.ofMinutes(1);

    /** The most addresses that are remembered; beyond that, the ones that began first are forgotten. */
    private static final int MAX_ADDRESSES = 10_000;

    private final LongSupplier nanoTime;
    private final Map<String, Attempts> byAddress = new LinkedHashMap<>();

    /** The fingerprints of the wrong tokens since {@code began}; tokens themselves may be as long as headers. */
    private record Attempts(long began, Set<String> wrong) {}

    /**
     * Creates a throttle.
     *
     * @param nanoTime the clock, such as {@link System#nanoTime}
     */
    TokenThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Returns whether the token that {@code address} offers is the right one.
     *
     * @param isRight compares a token with the right one
     * @throws ApiException if the address has tried too many wrong ones, even if this one is right
     */
    synchronized boolean isRight(String address, String offered, Predicate<String> isRight) {
        check(address);
        boolean right = isRight.test(offered);
        if (!right) {
            byAddress
                    .computeIfAbsent(address, _ -> new Attempts(nanoTime.getAsLong(), new HashSet<>()))
                    .wrong()
                    .add(new Fingerprint().add(offered).digits());
            if (byAddress.size() > MAX_ADDRESSES) {
                byAddress.remove(byAddress.keySet().iterator().next());
            }
        }
        return right;
    }

    private void check(String address) {
        Attempts attempts = byAddress.get(address);
        if (attempts == null) {
            return;
        }
        Duration left = WINDOW.minusNanos(nanoTime.getAsLong() - attempts.began());
        if (!left.isPositive()) {
            byAddress.remove(address);
        } else if (attempts.wrong().size() >= MAX_WRONG) {
            long seconds = Math.ceilDiv(left.toNanos(), Duration.ofSeconds(1).toNanos());
            throw new ApiException(
                    ErrorCode.TOO_MANY_ATTEMPTS,
                    "%d wrong tokens came from this address: try again in %d s".formatted(MAX_WRONG, seconds),
                    Optional.of(Duration.ofSeconds(seconds)));
        }
    }
}

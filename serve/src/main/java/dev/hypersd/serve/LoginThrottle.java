package dev.hypersd.serve;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits how many wrong tokens each address can try. After {@value #MAX_WRONG} of them, the address waits until a
 * minute has passed since the first. Safe to share.
 */
final class LoginThrottle {
    static final int MAX_WRONG = 10;

    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    /** The most addresses that are remembered; beyond that, the ones that began first are forgotten. */
    private static final int MAX_ADDRESSES = 10_000;

    private final LongSupplier nanoTime;
    private final Map<String, Attempts> byAddress = new LinkedHashMap<>();

    /** Wrong tokens since {@code began}. */
    private record Attempts(long began, int wrong) {}

    /**
     * Creates a throttle.
     *
     * @param nanoTime the clock, such as {@link System#nanoTime}
     */
    LoginThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Checks whether {@code address} may try a token.
     *
     * @throws ApiException if it has tried too many wrong ones
     */
    synchronized void check(String address) {
        Attempts attempts = byAddress.get(address);
        if (attempts == null) {
            return;
        }
        long left = WINDOW_NANOS - (nanoTime.getAsLong() - attempts.began());
        if (left <= 0) {
            byAddress.remove(address);
        } else if (attempts.wrong() >= MAX_WRONG) {
            long seconds = Math.ceilDiv(left, Duration.ofSeconds(1).toNanos());
            throw new ApiException(
                    ErrorCode.TOO_MANY_ATTEMPTS,
                    "%d wrong tokens came from this address: try again in %d s".formatted(MAX_WRONG, seconds),
                    Optional.of(Duration.ofSeconds(seconds)));
        }
    }

    /** Counts a wrong token of {@code address}. */
    synchronized void countWrong(String address) {
        Attempts before = byAddress.getOrDefault(address, new Attempts(nanoTime.getAsLong(), 0));
        byAddress.put(address, new Attempts(before.began(), before.wrong() + 1));
        if (byAddress.size() > MAX_ADDRESSES) {
            byAddress.remove(byAddress.keySet().iterator().next());
        }
    }
}

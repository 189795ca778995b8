package dev.hypersd.serve;

import dev.hypersd.file.Fingerprint;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Network;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Limits how many wrong tokens each network can try, wherever in its requests they are. After {@value #MAX_WRONG}
 * different ones, no token of the network is tried until a minute has passed since the first. A program that repeats
 * one outdated token is refused each time and does not lock out others in its network. Safe to share.
 */
final class TokenThrottle {
    static final int MAX_WRONG = 10;

    private static final Duration WINDOW = Duration.ofMinutes(1);

    /** The most networks that are remembered; beyond that, the ones that began first are forgotten. */
    private static final int MAX_NETWORKS = 10_000;

    private final LongSupplier nanoTime;
    private final Map<Network, Attempts> byNetwork = new LinkedHashMap<>();

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
     * Returns whether the token that {@code network} offers is the right one.
     *
     * @param isRight compares a token with the right one
     * @throws ApiException if the network has tried too many wrong ones, even if this one is right
     */
    synchronized boolean isRight(Network network, String offered, Predicate<String> isRight) {
        check(network);
        boolean right = isRight.test(offered);
        if (!right) {
            byNetwork
                    .computeIfAbsent(network, _ -> new Attempts(nanoTime.getAsLong(), new HashSet<>()))
                    .wrong()
                    .add(new Fingerprint().add(offered).digits());
            if (byNetwork.size() > MAX_NETWORKS) {
                byNetwork.remove(byNetwork.keySet().iterator().next());
            }
        }
        return right;
    }

    private void check(Network network) {
        Attempts attempts = byNetwork.get(network);
        if (attempts == null) {
            return;
        }
        Duration left = WINDOW.minusNanos(nanoTime.getAsLong() - attempts.began());
        if (!left.isPositive()) {
            byNetwork.remove(network);
        } else if (attempts.wrong().size() >= MAX_WRONG) {
            long seconds = Math.ceilDiv(left.toNanos(), Duration.ofSeconds(1).toNanos());
            throw new ApiException(
                    ErrorCode.TOO_MANY_ATTEMPTS,
                    "%d wrong tokens came from this address: try again in %d s".formatted(MAX_WRONG, seconds),
                    Optional.of(Duration.ofSeconds(seconds)));
        }
    }
}

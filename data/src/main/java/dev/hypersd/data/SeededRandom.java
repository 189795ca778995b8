package dev.hypersd.data;

import java.util.List;
import java.util.SplittableRandom;

/** A sequence of random choices that is determined by a seed. */
public final class SeededRandom {
    private final SplittableRandom random;

    /**
     * Starts a sequence.
     *
     * @param seed the seed of the data set
     * @param place numbers that distinguish this sequence from others with the same seed
     */
    public SeededRandom(long seed, long... place) {
        SplittableRandom mixed = new SplittableRandom(seed);
        for (long part : place) {
            mixed = new SplittableRandom(mixed.nextLong() ^ part);
        }
        this.random = mixed;
    }

    /** Returns a number, each with the same probability. */
    public long number() {
        return random.nextLong();
    }

    /** Returns one of {@code options}, each with the same probability. */
    public <T> T of(List<T> options) {
        return options.get(random.nextInt(options.size()));
    }

    /** Returns one of {@code options}, each with the same probability. */
    @SafeVarargs
    public final <T> T of(T... options) {
        return options[random.nextInt(options.length)];
    }

    /** Returns true with the given probability. */
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Returns a number from {@code from} (inclusive) to {@code to} (exclusive), uniformly distributed. */
    public double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** Returns an integer from 0 to {@code bound - 1}, uniformly distributed. */
    public int below(int bound) {
        return random.nextInt(bound);
    }
}

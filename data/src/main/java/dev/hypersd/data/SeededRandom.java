package dev.hypersd.data;

import java.util.List;
import java.util.SplittableRandom;

/** Random choices, one after another, that follow from a seed. */
public final class SeededRandom {
    private final SplittableRandom random;

    /**
     * @param seed of everything
     * @param place numbers that tell this sequence from others of the same seed
     */
    public SeededRandom(long seed, long... place) {
        SplittableRandom mixed = new SplittableRandom(seed);
        for (long part : place) {
            mixed = new SplittableRandom(mixed.nextLong() ^ part);
        }
        this.random = mixed;
    }

    /** One of {@code options}. */
    public <T> T of(List<T> options) {
        return options.get(random.nextInt(options.size()));
    }

    /** One of {@code options}. */
    @SafeVarargs
    public final <T> T of(T... options) {
        return options[random.nextInt(options.length)];
    }

    /** True in {@code probability} of all cases. */
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** At least {@code from}, below {@code to}. */
    public double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** 0 to {@code bound} - 1. */
    public int below(int bound) {
        return random.nextInt(bound);
    }
}

package dev.hypersd.training;

import dev.hypersd.nn.Init;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.tensor.Dtype;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The random numbers of one micro-batch. They depend only on its position in the run, so an interrupted run continues
 * with the same numbers.
 */
public final class RandomSource {
    private static final Init STANDARD_NORMAL = new Init.Normal(1);

    private final RandomTensors tensors;
    private final SplittableRandom numbers;
    private final long microBatch;

    private RandomSource(long seed, long microBatch) {
        this.tensors = new RandomTensors(seed);
        this.numbers = new SplittableRandom(seed);
        this.microBatch = microBatch;
    }

    /**
     * Creates the source of a position.
     *
     * @param seed the seed of the run
     * @param place the numbers of the position from the outside in: step, learner, update, micro-batch
     */
    public static RandomSource at(long seed, long... place) {
        long mixed = new SplittableRandom(seed).nextLong();
        for (long part : place) {
            mixed = new SplittableRandom(mixed ^ part).nextLong();
        }
        return new RandomSource(mixed, place.length == 0 ? 0 : place[place.length - 1]);
    }

    /** Returns the number of the micro-batch within its update, the last number of the position. */
    public long microBatch() {
        return microBatch;
    }

    /** Returns the next tensor of standard normal numbers, F32; it belongs to the caller's scope. */
    public Tensor normal(long... shape) {
        return tensors.draw(STANDARD_NORMAL, Dtype.F32, shape);
    }

    /** Returns the next {@code count} whole numbers, each 0..{@code bound} - 1. */
    public int[] integers(int bound, int count) {
        return numbers.ints(count, 0, bound).toArray();
    }

    /** Returns the next number, at least 0 and below 1. */
    public double uniform() {
        return numbers.nextDouble();
    }
}

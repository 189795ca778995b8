package dev.hypersd.training;

import org.bytedeco.pytorch.Tensor;

/**
 * The processes that carry out one training together, called ranks. They hold the same weights, divide the
 * micro-batches of each update among themselves and add up their gradients, so that the weights are those of one
 * process that carries out all micro-batches, up to the order of the sums.
 */
public interface Ranks {
    /** One process without others. */
    Ranks ALONE = new Ranks() {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void sum(Tensor values) {
            // The sum over one process.
        }

        @Override
        public void await() {
            // There is nobody to wait for.
        }
    };

    /** Returns the number of this process, from 0. */
    int rank();

    /** Returns the number of processes. */
    int count();

    /**
     * Replaces the elements of {@code values}, which is contiguous, by their sums over all ranks; equal to the last bit
     * on all of them. Every rank must call it equally often with tensors of one shape. Runs on the engine's thread.
     *
     * @throws dev.hypersd.error.HyperSdException if a rank has ended or does not answer in time
     */
    void sum(Tensor values);

    /** Waits until all ranks have called it, however long that takes; throws as {@link #sum} does. */
    void await();

    /** Returns whether this is the rank that writes checkpoints, logs and the result. */
    default boolean isFirst() {
        return rank() == 0;
    }
}

package dev.hypersd.training;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.util.function.Supplier;

/**
 * The settings of the training loop, which are the same for every objective.
 *
 * @param seed the seed of all random numbers except weights
 * @param steps the number of steps of the whole run, at least 1
 * @param batch the number of samples of a micro-batch, at least 1
 * @param accumulate the number of micro-batches of an update, at least 1
 * @param precision the precision in which networks compute
 * @param gradientCheckpointing whether the inside of U-Net layers is computed again for the backward pass, see {@link
 *     dev.hypersd.nn.GradientCheckpointing}
 * @param patience the number of consecutive validations without improvement after which the run ends with the best
 *     weights; 0 for no limit
 * @param intervals the intervals of what happens regularly, in steps
 */
public record TrainingSettings(
        long seed,
        long steps,
        int batch,
        int accumulate,
        Precision precision,
        boolean gradientCheckpointing,
        int patience,
        Intervals intervals) {
    /** Creates settings without gradient checkpointing, for a run to its last step. */
    public TrainingSettings(
            long seed, long steps, int batch, int accumulate, Precision precision, Intervals intervals) {
        this(seed, steps, batch, accumulate, precision, false, 0, intervals);
    }

    /**
     * The numbers of steps between regular events; 0 for never.
     *
     * @param checkpoint how often the state is saved
     * @param validation how often the loss on held-out samples is measured
     * @param show how often sample pictures are drawn
     */
    public record Intervals(long checkpoint, long validation, long show) {}

    /**
     * Refuses to divide the micro-batches of an update among processes where some would get more than others.
     *
     * @throws InvalidRequestException if {@code count} does not divide their number
     */
    public void requireShared(int count) {
        if (accumulate % count != 0) {
            throw new InvalidRequestException(
                    ("training.accumulate is %d, which %d workers cannot share: each takes as many micro-batches of an "
                                    + "update; set training.accumulate to a multiple of %d and training.batch so that "
                                    + "their product is the batch that is wanted")
                            .formatted(accumulate, count, count));
        }
    }

    /**
     * The precision in which networks compute during training. Weights, gradients and their averages are always F32.
     */
    public enum Precision {
        F32 {
            @Override
            <T> T during(Supplier<T> work) {
                return work.get();
            }
        },
        /**
         * Matrix products and convolutions in BF16, the rest in F32: about twice as fast if the processor has
         * instructions for BF16. Otherwise it would be several times slower, so it is the same as {@link #F32}.
         */
        MIXED {
            @Override
            <T> T during(Supplier<T> work) {
                return Engine.fastestDtype() == Dtype.BF16 ? Autocast.during(Dtype.BF16, work) : work.get();
            }
        };

        abstract <T> T during(Supplier<T> work);
    }
}

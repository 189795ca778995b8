package dev.hypersd.training;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.util.function.Supplier;

/**
 * The settings of the training loop, which are the same for every objective.
 *
 * @param seed the seed of everything random, weights excepted
 * @param steps the number of steps of the whole run, at least 1
 * @param batch samples of a micro-batch, at least 1
 * @param accumulate micro-batches of an update, at least 1
 * @param precision the precision of the networks
 * @param gradientCheckpointing whether what is inside of U-Net layers is computed again for the backward pass and not
 *     kept until then, see {@link dev.hypersd.nn.GradientCheckpointing}
 * @param patience how many validations in a row may be no better than the best before the run ends, with the best as
 *     what comes of it; 0 for any number
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
    /** Settings without gradient checkpointing, of a run that goes on to its last step. */
    public TrainingSettings(
            long seed, long steps, int batch, int accumulate, Precision precision, Intervals intervals) {
        this(seed, steps, batch, accumulate, precision, false, 0, intervals);
    }

    /**
     * How often something happens, in steps; 0 for never.
     *
     * @param checkpoint saves all there is to go on from
     * @param validation computes the loss on held-out samples
     * @param show draws sample pictures
     */
    public record Intervals(long checkpoint, long validation, long show) {}

    /** Samples that one update of a learner consumes. */
    long samplesPerUpdate() {
        return (long) batch * accumulate;
    }

    /** What networks compute in while they learn. Weights, gradients and their averages are F32 in any case. */
    public enum Precision {
        F32 {
            @Override
            <T> T during(Supplier<T> work) {
                return work.get();
            }
        },
        /**
         * Matrix products and convolutions in BF16, the rest in F32: about twice as fast where the processor multiplies
         * BF16. Elsewhere it would take several times as long, and is the same as {@link #F32}.
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

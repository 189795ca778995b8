package dev.hypersd.distillation;

import dev.hypersd.objective.Predictor;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.TrainableWeights;
import java.util.function.Supplier;

/**
 * A student, and what all its losses share.
 *
 * @param predictor the network, which is the student while {@code weights} are switched on
 * @param weights what makes the network the student
 * @param seed the seed of everything random
 * @param arena owns what learns and what is kept
 */
record Student(Predictor predictor, TrainableWeights weights, long seed, TensorArena arena) {
    NoiseSchedule schedule() {
        return predictor.schedule();
    }

    /** Computes with the student as it is now, without gradients. */
    <T> T frozen(Supplier<T> work) {
        return Gradients.off(() -> weights.frozen().during(work));
    }
}

package dev.hypersd.distillation;

import dev.hypersd.objective.Predictor;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.TrainableWeights;
import java.util.function.Supplier;

/**
 * The student, and what all its losses share.
 *
 * @param predictor the network, which computes as the student while {@code weights} are active
 * @param weights the trained weights of the student
 * @param seed the seed of everything random
 * @param arena owns trained and cached tensors
 */
record Student(Predictor predictor, TrainableWeights weights, long seed, TensorArena arena) {
    NoiseSchedule schedule() {
        return predictor.schedule();
    }

    /** Computes with the present student, without gradients. */
    <T> T frozen(Supplier<T> work) {
        return Gradients.off(() -> weights.frozen().during(work));
    }
}

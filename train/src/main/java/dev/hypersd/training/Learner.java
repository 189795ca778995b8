package dev.hypersd.training;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A network that is trained with a loss of its own: a student, a discriminator, a fake score.
 *
 * @param name the name in logs and checkpoints
 * @param updates the number of consecutive updates in one training step, each on new samples
 * @param renewal which of its tensors begin anew
 */
public record Learner<S>(
        String name,
        TrainableWeights weights,
        OptimiserSettings optimiser,
        int updates,
        Loss<S> loss,
        Renewal renewal) {
    public Learner {
        if (updates < 1) {
            throw new IllegalArgumentException(name + " learns " + updates + " times a step, it must be at least once");
        }
    }

    /** Creates a learner that is updated once in each step and keeps what it has learned. */
    public Learner(String name, TrainableWeights weights, OptimiserSettings optimiser, Loss<S> loss) {
        this(name, weights, optimiser, 1, loss, Renewal.NONE);
    }

    /** Chooses trained tensors that begin anew in the course of a run, such as heads of a discriminator. */
    @FunctionalInterface
    public interface Renewal {
        /** Nothing begins anew. */
        Renewal NONE = _ -> Map.of();

        /**
         * Returns the new values of the tensors that begin anew before the updates of {@code step}, by their names;
         * they depend on nothing but the step.
         */
        Map<String, Tensor> before(long step);
    }

    /** A function from a batch to losses. */
    @FunctionalInterface
    public interface Loss<S> {
        /**
         * Computes the losses of {@code batch} with the trained weights active. The tensors that it makes are freed
         * after the backward pass.
         *
         * @param step the training step, counted from 1
         * @param random the source of all random numbers
         */
        Losses of(List<S> batch, long step, RandomSource random);
    }
}

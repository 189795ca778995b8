package dev.hypersd.training;

import java.util.List;

/**
 * A network that is trained with a loss of its own: a student, a discriminator, a fake score.
 *
 * @param name for logs and checkpoints
 * @param updates how often in a row it is updated in one training step, each time on new samples
 */
public record Learner<S>(
        String name, TrainableWeights weights, OptimiserSettings optimiser, int updates, Loss<S> loss) {
    public Learner {
        if (updates < 1) {
            throw new IllegalArgumentException(name + " learns " + updates + " times a step, it must be at least once");
        }
    }

    /** A learner that is updated once a step. */
    public Learner(String name, TrainableWeights weights, OptimiserSettings optimiser, Loss<S> loss) {
        this(name, weights, optimiser, 1, loss);
    }

    /** A function from a batch to losses. */
    @FunctionalInterface
    public interface Loss<S> {
        /**
         * Computes the losses of {@code batch}; the weights of the learner are switched on. The tensors that it makes
         * are freed after the backward pass.
         *
         * @param step the training step, counted from 1
         * @param random all the randomness there is
         */
        Losses of(List<S> batch, long step, RandomSource random);
    }
}

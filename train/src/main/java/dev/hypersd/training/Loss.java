package dev.hypersd.training;

import java.util.List;

/** A function from a batch to losses. */
@FunctionalInterface
public interface Loss<S> {
    /**
     * Computes the losses of {@code batch}; the weights of the learner are switched on. The tensors that it makes are
     * freed after the backward pass.
     *
     * @param step the training step, counted from 1
     * @param random all the randomness there is
     */
    Losses of(List<S> batch, long step, RandomSource random);
}

package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.List;

/**
 * A student, and what all its losses share.
 *
 * @param denoiser the network, which is the student where its weights are switched on
 * @param weights that make it the student
 * @param batches from samples to what the network is shown
 * @param seed of everything random
 * @param arena owns what learns and what is kept
 */
record Student(Denoiser denoiser, TrainableWeights weights, Batches batches, long seed, TensorArena arena) {
    /** Makes of samples what the network is shown. */
    @FunctionalInterface
    interface Batches {
        Batch of(List<LatentSample> samples, RandomSource random);
    }

    Batch batch(List<LatentSample> samples, RandomSource random) {
        return batches.of(samples, random);
    }
}

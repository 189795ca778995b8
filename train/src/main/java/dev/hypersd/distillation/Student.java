package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.Finished;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A student, and what all its losses share.
 *
 * @param finished the model that it learns from
 * @param weights that make the network the student
 * @param optimiser of the student, which those who learn beside it take after
 * @param seed of everything random
 * @param arena owns what learns and what is kept
 */
public record Student(
        Finished finished, TrainableWeights weights, OptimiserSettings optimiser, long seed, TensorArena arena) {
    Denoiser denoiser() {
        return new Denoiser(finished.model().unet().network(), finished.model().schedule());
    }

    Batch batch(List<LatentSample> samples) {
        Tensor empty = finished.captions().of(List.of(finished.model().ids("")));
        return new Batch(
                LatentSample.latents(samples, finished.samples().shape()),
                finished.captions().of(samples.stream().map(LatentSample::ids).toList()),
                empty.expand(samples.size(), -1, -1));
    }
}

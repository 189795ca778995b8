package dev.hypersd.distillation;

import dev.hypersd.nn.Adapters;
import dev.hypersd.objective.Predictor;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A network that follows its trajectories for the captions of one batch.
 *
 * @param adapters what makes the network this one
 * @param guidanceScale for each sample, {@code [B, 1, 1, 1]}; empty for no guidance
 */
record Solver(Predictor predictor, Adapters adapters, Batch batch, Optional<Tensor> guidanceScale) {
    /** The network's prediction. */
    Tensor predict(Tensor latents, int[] timesteps) {
        return adapters.during(() -> guidanceScale
                .map(scale -> predictor.guided(latents, timesteps, batch.text(), batch.empty(), scale))
                .orElseGet(() -> predictor.predict(latents, timesteps, batch.text())));
    }

    /** One step of DDIM. */
    Tensor step(Tensor latents, int[] from, int[] to) {
        return predictor.schedule().jump(latents, predict(latents, from), from, to);
    }
}

package dev.hypersd.distillation;

import dev.hypersd.nn.Adapters;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/**
 * Whose trajectories are learned.
 *
 * @param adapters what makes the network this teacher: none for the base model, or the LoRA of an earlier stage
 * @param guidance none for a teacher that has learned to do without: what is guided twice burns
 */
record Teacher(Denoiser denoiser, Adapters adapters, GuidanceRange guidance) {
    /** This teacher for one batch, with scales of guidance drawn for it. */
    Solver solver(Batch batch, RandomSource random) {
        return new Solver(batch, guidance.draw(batch.size(), random));
    }

    /** Follows the teacher's trajectories for the captions of a batch. */
    final class Solver {
        private final Batch batch;
        private final Tensor scale;

        private Solver(Batch batch, Tensor scale) {
            this.batch = batch;
            this.scale = scale;
        }

        /** What the teacher predicts. */
        Tensor predict(Tensor latents, int[] timesteps) {
            return adapters.during(() -> guidance.guides()
                    ? denoiser.guided(latents, timesteps, batch.text(), batch.empty(), scale)
                    : denoiser.predict(latents, timesteps, batch.text()));
        }

        /** One step of DDIM. */
        Tensor step(Tensor latents, int[] from, int[] to) {
            return denoiser.schedule().jump(latents, predict(latents, from), from, to);
        }
    }
}

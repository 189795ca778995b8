package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;

/**
 * The captioned pictures on which a latent diffusion model is trained.
 *
 * @param training the training samples
 * @param validation the samples on which losses are measured
 * @param cache the folder of their latents and embeddings
 * @param listener receives the progress of the encoding
 */
public record Pictures(
        Dataset<CaptionedImage> training,
        Dataset<CaptionedImage> validation,
        Path cache,
        LatentCache.Listener listener) {
    LatentCache samples(LatentDiffusion model, TensorArena arena) {
        return cached("train", training, model, arena);
    }

    LatentCache heldOut(LatentDiffusion model, TensorArena arena) {
        return cached("held-out", validation, model, arena);
    }

    private LatentCache cached(
            String name, Dataset<CaptionedImage> pictures, LatentDiffusion model, TensorArena arena) {
        return arena.own(LatentCache.open(cache.resolve(name), pictures, model, listener));
    }
}

package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;

/**
 * The captioned pictures that a latent diffusion model is trained with.
 *
 * @param training what is learned from
 * @param validation what losses are measured on
 * @param cache folder for their latents and embeddings
 * @param listener told how far the making of those has come
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

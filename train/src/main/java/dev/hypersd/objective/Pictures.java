package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The captioned pictures on which a latent diffusion model is trained.
 *
 * @param training the training samples
 * @param validation the samples on which losses are measured
 * @param cache the folder of their latents and embeddings
 * @param listener receives the progress of the encoding
 * @param seed decides which form of a sample an epoch has
 */
public record Pictures(
        Dataset<CaptionedImage> training,
        Dataset<CaptionedImage> validation,
        Path cache,
        LatentCache.Listener listener,
        long seed) {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.objective");

    /** Creates pictures with the seed 0. */
    public Pictures(
            Dataset<CaptionedImage> training,
            Dataset<CaptionedImage> validation,
            Path cache,
            LatentCache.Listener listener) {
        this(training, validation, cache, listener, 0);
    }

    LatentCache samples(LatentDiffusion model, TensorArena arena) {
        warnOfOtherLayout();
        return cached(training, model, arena);
    }

    LatentCache heldOut(LatentDiffusion model, TensorArena arena) {
        return cached(validation, model, arena);
    }

    /** Latents of earlier versions of this program are not used: they do not say of which pictures they are. */
    private void warnOfOtherLayout() {
        Stream.of("train", "held-out")
                .map(cache::resolve)
                .filter(Files::isDirectory)
                .forEach(folder -> LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} has latents of an earlier version, which are not used; remove it",
                        folder));
    }

    private LatentCache cached(Dataset<CaptionedImage> pictures, LatentDiffusion model, TensorArena arena) {
        return arena.own(LatentCache.open(cache.resolve("pictures"), pictures, model, seed, listener));
    }
}

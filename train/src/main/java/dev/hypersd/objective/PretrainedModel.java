package dev.hypersd.objective;

import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A pretrained model, and the training data encoded by its autoencoder and its text encoder. The text encoder is no
 * longer in memory.
 *
 * @param task makes batches from samples
 * @param pictures where the training data come from, and where what is computed from them is kept
 */
public record PretrainedModel(
        LatentDiffusion model,
        LatentCache samples,
        LatentCache heldOut,
        CaptionEmbeddings captions,
        LatentTask task,
        Pictures pictures) {
    /**
     * Loads a model and encodes pictures and captions that are not in the cache.
     *
     * @param samplePrompts the captions of sample pictures
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
     * @throws dev.hypersd.error.InvalidFileException if a part of it is missing or broken
     */
    public static PretrainedModel open(
            ModelFiles files, Pictures pictures, List<String> samplePrompts, double captionDropout, TensorArena arena) {
        LatentDiffusion model = Engine.infer(() -> LatentDiffusion.pretrained(files, arena));
        LatentCache samples = pictures.samples(model, arena);
        LatentCache heldOut = pictures.heldOut(model, arena);
        CaptionEmbeddings captions = arena.own(CaptionEmbeddings.open(
                pictures.cache().resolve("captions"),
                CaptionEncoding.fingerprint(files),
                Stream.of(Stream.of(model.ids("")), samplePrompts.stream().map(model::ids), ids(samples), ids(heldOut))
                        .flatMap(ids -> ids),
                () -> CaptionEncoding.open(files, model.ids("")),
                pictures.listener()));
        LatentTask task = new LatentTask(
                samples, ids -> model.conditioning(captions, ids, samples.shape()), captionDropout, model.ids(""));
        return new PretrainedModel(model, samples, heldOut, captions, task, pictures);
    }

    private static Stream<long[]> ids(LatentCache cache) {
        return LongStream.range(0, cache.size()).mapToObj(cache::ids);
    }
}

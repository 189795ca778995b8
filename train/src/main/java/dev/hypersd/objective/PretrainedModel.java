package dev.hypersd.objective;

import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.Conditioning;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A finished model, and what is learned from as its autoencoder and its text encoder see it. The text encoder has left the memory. */
public record PretrainedModel(
        LatentDiffusion model, LatentCache samples, LatentCache heldOut, CaptionEmbeddings captions) {
    /**
     * Loads a model and encodes what is not encoded yet.
     *
     * @param samplePrompts captions that sample pictures are drawn for
     * @throws dev.hypersd.error.InvalidFileException if a part of it is missing or broken
     */
    public static PretrainedModel open(
            ModelFiles files, Pictures pictures, List<String> samplePrompts, TensorArena arena) {
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
        return new PretrainedModel(model, samples, heldOut, captions);
    }

    /** What the U-Net is told of captions that were given when this was opened. */
    public Conditioning conditioning(List<long[]> ids) {
        return model.conditioning(captions, ids, samples.shape());
    }

    private static Stream<long[]> ids(LatentCache cache) {
        return LongStream.range(0, cache.size()).mapToObj(cache::ids);
    }
}

package dev.hypersd.objective;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A finished model, and what is learned from as its autoencoder and its text encoder see it. The text encoder has left the memory. */
public record Finished(LatentDiffusion model, LatentCache samples, LatentCache heldOut, CaptionEmbeddings captions) {
    /**
     * Loads a model of SD 1.5's kind and encodes what is not encoded yet.
     *
     * @param shown captions that sample pictures are drawn for
     * @throws InvalidFileException if the model is not of that kind
     */
    public static Finished open(ModelFiles files, Pictures pictures, List<String> shown, TensorArena arena) {
        if (files.family() != ModelFamily.SD15) {
            throw new InvalidFileException(
                    files.path(),
                    "is a model of the kind %s; only those of the kind %s can be distilled so far"
                            .formatted(files.family().title(), ModelFamily.SD15.title()));
        }
        return ofAnyKind(files, pictures, shown, arena);
    }

    /** The same for models of every kind. */
    static Finished ofAnyKind(ModelFiles files, Pictures pictures, List<String> shown, TensorArena arena) {
        LatentDiffusion model = Engine.infer(() -> LatentDiffusion.finished(files, arena));
        LatentCache samples = pictures.samples(model, arena);
        LatentCache heldOut = pictures.heldOut(model, arena);
        CaptionEmbeddings captions = arena.own(CaptionEmbeddings.open(
                pictures.cache().resolve("captions"),
                CaptionEncoding.fingerprint(files),
                Stream.of(Stream.of(model.ids("")), shown.stream().map(model::ids), ids(samples), ids(heldOut))
                        .flatMap(ids -> ids),
                () -> CaptionEncoding.open(files, model.ids("")),
                pictures.listener()));
        return new Finished(model, samples, heldOut, captions);
    }

    private static Stream<long[]> ids(LatentCache cache) {
        return LongStream.range(0, cache.size()).mapToObj(cache::ids);
    }
}

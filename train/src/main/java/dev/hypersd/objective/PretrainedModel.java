package dev.hypersd.objective;

import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.CaptionEmbeddings.Encoded;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A pretrained model, and the training data encoded by its autoencoder and its text encoders.
 *
 * @param textEncoders the text encoders, if they are trained; otherwise they are no longer in memory
 * @param task makes batches from samples
 * @param pictures where the training data come from, and where what is computed from them is kept
 */
public record PretrainedModel(
        LatentDiffusion model,
        LatentCache samples,
        LatentCache heldOut,
        Optional<TextEncoders> textEncoders,
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
                TextEncoders.fingerprint(files),
                Stream.of(
                                Stream.of(model.ids("")),
                                samplePrompts.stream().map(model::ids),
                                samples.ids(),
                                heldOut.ids())
                        .flatMap(ids -> ids),
                () -> TextEncoders.untilClosed(files, model.ids("")),
                pictures.listener()));
        return of(model, samples, heldOut, Optional.empty(), captions::encoded, captionDropout, pictures);
    }

    /**
     * Loads a model whose text encoders are trained too, and encodes pictures that are not in the cache. Captions are
     * encoded in each step.
     *
     * @throws dev.hypersd.error.InvalidFileException if a part of it is missing or broken
     */
    static PretrainedModel withTextEncoders(
            ModelFiles files, Pictures pictures, double captionDropout, TensorArena arena) {
        LatentDiffusion model = Engine.infer(() -> LatentDiffusion.pretrained(files, arena));
        TextEncoders text = TextEncoders.open(files, model.ids(""), arena);
        return of(
                model,
                pictures.samples(model, arena),
                pictures.heldOut(model, arena),
                Optional.of(text),
                text::encode,
                captionDropout,
                pictures);
    }

    private static PretrainedModel of(
            LatentDiffusion model,
            LatentCache samples,
            LatentCache heldOut,
            Optional<TextEncoders> textEncoders,
            Function<List<long[]>, Encoded> captions,
            double captionDropout,
            Pictures pictures) {
        LatentTask task = new LatentTask(
                samples,
                ids -> model.conditioning(captions.apply(ids), samples.shape()),
                captionDropout,
                model.ids(""));
        return new PretrainedModel(model, samples, heldOut, textEncoders, task, pictures);
    }

    /** Returns the parameters that LoRAs can change: those of the U-Net, and of text encoders that are trained. */
    LoraTargets loraTargets() {
        return model.loraTargets(textEncoders.map(TextEncoders::parameters).orElse(Map.of()));
    }
}

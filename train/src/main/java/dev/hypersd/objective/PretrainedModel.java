package dev.hypersd.objective;

import dev.hypersd.error.InvalidRequestException;
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
import java.util.stream.LongStream;
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
     * @param samplePrompts the sample pictures, whose texts are encoded too
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
     * @throws dev.hypersd.error.InvalidFileException if a part of it is missing or broken
     */
    public static PretrainedModel open(
            ModelFiles files,
            Pictures pictures,
            List<SamplePrompt> samplePrompts,
            double captionDropout,
            TensorArena arena) {
        LatentDiffusion model = Engine.infer(() -> LatentDiffusion.pretrained(files, arena));
        LatentCache samples = pictures.samples(model, arena);
        LatentCache heldOut = pictures.heldOut(model, arena);
        CaptionEmbeddings captions = arena.own(CaptionEmbeddings.open(
                pictures.cache().resolve("captions"),
                TextEncoders.fingerprint(files),
                Stream.of(
                                Stream.of(model.ids("")),
                                samplePrompts.stream()
                                        .flatMap(SamplePrompt::texts)
                                        .map(model::ids),
                                samples.ids(),
                                heldOut.ids())
                        .flatMap(ids -> ids),
                () -> TextEncoders.untilClosed(files, model.ids("")),
                pictures.listener()));
        return of(model, samples, heldOut, Optional.empty(), captions::encoded, captionDropout, pictures);
    }

    /**
     * Loads a model whose text encoders stay in memory, because {@code change} changes what they do, and encodes
     * pictures that are not in the cache. Captions are encoded in each step.
     *
     * @throws dev.hypersd.error.InvalidFileException if a part of it is missing or broken
     * @throws InvalidRequestException if a new word is in no caption, or begins as a text without tokens
     */
    static PretrainedModel withTextEncoders(
            FineTuning change, ModelFiles files, Pictures pictures, double captionDropout, TensorArena arena) {
        LatentDiffusion loaded = Engine.infer(() -> LatentDiffusion.pretrained(files, arena));
        TextEncoders text = TextEncoders.open(files, loaded.ids(""), arena);
        if (!(change instanceof FineTuning.Word word)) {
            return of(loaded, text, pictures, captionDropout, arena);
        }
        List<List<Integer>> ids = text.newIds(word.vectors());
        PretrainedModel pretrained = of(
                loaded.with(word.word(), ids),
                text.with(word.vectors(), start(word, loaded), arena),
                pictures,
                captionDropout,
                arena);
        long first = ids.getFirst().getFirst();
        if (pretrained
                .samples()
                .ids()
                .noneMatch(caption -> LongStream.of(caption).anyMatch(id -> id == first))) {
            throw new InvalidRequestException(
                    ("no caption has the word \"%s\", so nothing would be learned; begin captions with it by"
                                    + " data.trigger")
                            .formatted(word.word()));
        }
        return pretrained;
    }

    private static List<List<Integer>> start(FineTuning.Word word, LatentDiffusion model) {
        List<List<Integer>> ids = model.tokenizers().stream()
                .map(tokenizer -> tokenizer.ids(word.start()))
                .toList();
        if (ids.getFirst().isEmpty()) {
            throw new InvalidRequestException(
                    "finetune.initial_text is \"%s\", which has no tokens; name a word".formatted(word.start()));
        }
        return ids;
    }

    private static PretrainedModel of(
            LatentDiffusion model, TextEncoders text, Pictures pictures, double captionDropout, TensorArena arena) {
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
                (ids, framings) -> model.conditioning(captions.apply(ids), framings),
                captionDropout,
                model.ids(""));
        return new PretrainedModel(model, samples, heldOut, textEncoders, task, pictures);
    }

    /** Returns the parameters that LoRAs can change: those of the U-Net, and of text encoders that are trained. */
    LoraTargets loraTargets() {
        return model.loraTargets(textEncoders.map(TextEncoders::parameters).orElse(Map.of()));
    }
}

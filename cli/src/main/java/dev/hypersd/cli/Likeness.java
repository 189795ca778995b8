package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Options taken from what a picture says of itself, where none are given. */
final class Likeness {
    private final Path file;
    private final GenerationParameters parameters;

    private Likeness(Path file, GenerationParameters parameters) {
        this.file = file;
        this.parameters = parameters;
    }

    /**
     * Of {@code file}.
     *
     * @throws InvalidFileException if it does not say how it was made
     */
    static Likeness of(Path file) {
        return new Likeness(
                file,
                GenerationParameters.read(file)
                        .orElseThrow(() -> new InvalidFileException(file, "does not say how it was made")));
    }

    String prompt() {
        return parameters.prompt();
    }

    /** Fills in what is not given; refuses where something is needed that a picture cannot tell. */
    void fill(PictureOptions picture, ModelOptions model, RefinerOptions refiner, Warnings warnings) {
        picture.negative = picture.negative.or(
                () -> Optional.of(parameters.negativePrompt()).filter(n -> !n.isEmpty()));
        picture.steps = picture.steps.or(() -> number("Steps", Integer::valueOf));
        picture.guidance = picture.guidance.or(() -> number("CFG scale", Double::valueOf));
        picture.guidanceRescale = picture.guidanceRescale.or(() -> number("CFG rescale", Double::valueOf));
        picture.seed = picture.seed.or(() -> number("Seed", Long::valueOf));
        picture.size = picture.size.or(this::size);
        picture.clipSkip =
                picture.clipSkip.or(() -> number("Clip skip", Integer::valueOf).map(skip -> skip - 1));
        picture.hires = picture.hires.or(() -> number("Hires upscale", Double::valueOf));
        picture.hiresStrength = picture.hiresStrength.or(() -> number("Hires strength", Double::valueOf));
        picture.syntax = picture.syntax.or(() ->
                parameters.setting("Prompt syntax").map(name -> PromptSyntax.valueOf(name.toUpperCase(Locale.ROOT))));
        if (picture.sampler.isEmpty() && parameters.setting("Sampler source").isEmpty()) {
            picture.sampler = parameters.setting("Sampler").map(this::sampler);
            picture.eta = picture.eta.or(() -> number("Eta", Double::valueOf)).or(this::withoutNoise);
        }
        refiner.from = refiner.from.or(() -> number("Refiner switch at", Double::valueOf));
        requireInputs(picture, model, refiner);
        fillLoras(model);
        parameters
                .setting("Model")
                .filter(name -> !name.equals(String.valueOf(model.named().getFileName())))
                .ifPresent(name ->
                        warnings.say("%s was drawn by the model %s, not %s".formatted(file, name, model.named())));
    }

    /** A picture without an eta was drawn without fresh noise, whatever the sampler's own is. */
    private Optional<Double> withoutNoise() {
        return parameters
                .setting("Sampler")
                .flatMap(Samplers::titled)
                .map(Sampler::optionalEta)
                .filter(OptionalDouble::isPresent)
                .map(eta -> 0.0);
    }

    private String sampler(String title) {
        return Samplers.titled(title)
                .orElseThrow(() -> new InvalidFileException(
                        file,
                        "was drawn with the sampler \"%s\", which is not known here; choose one with --sampler"
                                .formatted(title)))
                .name();
    }

    private Optional<Size> size() {
        return parameters.setting("Size").map(text -> {
            String[] sides = text.split("x", -1);
            return new Size(
                    parse("Size", sides[0], Integer::valueOf),
                    parse("Size", sides[sides.length - 1], Integer::valueOf));
        });
    }

    private void requireInputs(PictureOptions picture, ModelOptions model, RefinerOptions refiner) {
        if (parameters.setting("ControlNet 0").isPresent() && !picture.isControlled()) {
            throw new InvalidRequestException(
                    "%s followed a picture with %s, which it does not hold; name both with --control and --control-image"
                            .formatted(file, parameters.setting("ControlNet 0").get()));
        }
        if (parameters.setting("Denoising strength").isPresent() && !picture.from.isGiven()) {
            throw new InvalidRequestException(
                    "%s went on from another picture, which it does not hold; name it with --image".formatted(file));
        }
        if (parameters.setting("Refiner").isPresent() && refiner.refiner.isEmpty()) {
            throw new InvalidRequestException("%s was refined by %s; name it with --refiner"
                    .formatted(file, parameters.setting("Refiner").get()));
        }
        List<String> words = model.words.stream().map(LearnedWord::word).toList();
        listed("Embeddings").filter(word -> !words.contains(word)).findFirst().ifPresent(word -> {
            throw new InvalidRequestException(
                    "%s was drawn with the learned word %s; name its file with --embedding".formatted(file, word));
        });
    }

    private Stream<String> listed(String setting) {
        return parameters.setting(setting).stream().flatMap(text -> Arrays.stream(text.split(", ", -1)));
    }

    /** The weights of LoRAs that are given without; all that the picture was drawn with must be given. */
    private void fillLoras(ModelOptions model) {
        List<String> entries = listed("Loras").toList();
        if (model.loras.isEmpty()) {
            model.loras.addAll(entries.isEmpty() ? List.of(LoraOption.NONE) : model.chosenLoras());
        }
        model.loras.replaceAll(model::found);
        entries.forEach(entry -> {
            int colon = entry.lastIndexOf(':');
            String name = entry.substring(0, Math.max(colon, 0));
            int index = IntStream.range(0, model.loras.size())
                    .filter(i -> String.valueOf(model.loras.get(i).file().getFileName())
                            .equals(name))
                    .findFirst()
                    .orElseThrow(() -> new InvalidRequestException(
                            "%s was drawn with the LoRA %s; name its file with --lora".formatted(file, name)));
            LoraOption given = model.loras.get(index);
            if (given.weight().isEmpty()) {
                double weight = parse("Loras", entry.substring(colon + 1), Double::valueOf);
                model.loras.set(index, new LoraOption(given.file(), OptionalDouble.of(weight)));
            }
        });
    }

    private <N> Optional<N> number(String setting, Function<String, N> reader) {
        return parameters.setting(setting).map(text -> parse(setting, text, reader));
    }

    private <N> N parse(String setting, String text, Function<String, N> reader) {
        try {
            return reader.apply(text);
        } catch (NumberFormatException e) {
            throw new InvalidFileException(file, "says \"%s: %s\", which is not a number".formatted(setting, text), e);
        }
    }
}

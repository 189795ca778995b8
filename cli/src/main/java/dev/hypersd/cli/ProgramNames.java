package dev.hypersd.cli;

import dev.hypersd.application.BundledNames;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.request.NameResolver;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Resolves names on the command line: as files or, if there is no such file, as names of what comes with the program.
 *
 * @param hasEmbeddedLoras whether the embedded LoRAs, which fit only the embedded model, can be named
 */
record ProgramNames(boolean hasEmbeddedLoras) implements NameResolver {
    @Override
    public Path lora(String name) {
        return found(name, embeddedLoras(), "LoRA", "--lora");
    }

    @Override
    public Optional<Path> findLora(String name) {
        return NameResolver.weights(Path.of(""), name)
                .or(() -> Optional.ofNullable(embeddedLoras().get(name)));
    }

    private Map<String, Path> embeddedLoras() {
        return hasEmbeddedLoras ? EmbeddedModel.loras() : Map.of();
    }

    @Override
    public Path controlNet(String name) {
        return found(name, EmbeddedModel.controls(), "ControlNet", "--control");
    }

    @Override
    public Path embedding(String name) {
        return found(name, Map.of(), "embedding", "--embedding");
    }

    @Override
    public Image preprocess(String preprocessor, Image picture) {
        return Arrays.stream(Preprocessor.values())
                .filter(known -> name(known).equals(preprocessor))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("there is no preprocessor \"%s\"; known are %s"
                        .formatted(
                                preprocessor,
                                Arrays.stream(Preprocessor.values())
                                        .map(ProgramNames::name)
                                        .collect(Collectors.joining(", ")))))
                .apply(picture);
    }

    /** Returns the preprocessors by their names. */
    static SequencedMap<String, UnaryOperator<Image>> preprocessors() {
        SequencedMap<String, UnaryOperator<Image>> named = new LinkedHashMap<>();
        for (Preprocessor preprocessor : Preprocessor.values()) {
            named.put(name(preprocessor), preprocessor::apply);
        }
        return named;
    }

    private static String name(Preprocessor preprocessor) {
        return preprocessor.name().toLowerCase(Locale.ROOT);
    }

    private static Path found(String name, Map<String, Path> embedded, String kind, String option) {
        return BundledNames.find(name, embedded)
                .orElseThrow(() -> new InvalidFileException(
                        Path.of(name), "not found; name the file of the %s with %s".formatted(kind, option)));
    }
}

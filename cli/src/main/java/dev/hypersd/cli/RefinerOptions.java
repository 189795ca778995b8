package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.request.GenerationOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of an SDXL refiner, which draws the last steps. */
final class RefinerOptions {
    @Option(
            names = "--refiner",
            paramLabel = "DIR|FILE",
            description = "The refiner of SDXL, a model directory or a single-file checkpoint, to draw the last of the "
                    + "noise levels.")
    Optional<Path> refiner = Optional.empty();

    @Option(
            names = "--refiner-from",
            paramLabel = "SHARE",
            description = "The fraction of the noise levels after which it takes over. Default: 0.8.")
    Optional<Double> from = Optional.empty();

    @Option(
            names = "--refiner-config-from",
            paramLabel = "DIR",
            description = "For a refiner in a single file: the directory that has its tokenizer and configurations. "
                    + "Default: the tokenizer of the model, and what is published.")
    private Optional<Path> configFrom = Optional.empty();

    /** Returns {@code options} with the options of the refiner. */
    GenerationOptions over(GenerationOptions options) {
        if (refiner.isEmpty() && configFrom.isPresent()) {
            throw new InvalidRequestException("--refiner-config-from needs a refiner: name it with --refiner");
        }
        return from.map(share -> options.toBuilder()
                        .set(dev.hypersd.request.Option.REFINER_FROM, share)
                        .build())
                .orElse(options);
    }

    /** Returns {@code model} with the refiner. */
    ModelSource with(ModelSource model) {
        return refiner.map(path ->
                        new ModelSource(model.location(), model.options().withRefiner(source(path, model))))
                .orElse(model);
    }

    private ModelSource source(Path path, ModelSource model) {
        LoadOptions options =
                model.options().variant().map(LoadOptions.DEFAULT::withVariant).orElse(LoadOptions.DEFAULT);
        if (Files.isRegularFile(path)) {
            Path location = configFrom.orElse(model.location());
            return Files.isRegularFile(location)
                    ? new ModelSource(path, options)
                    : new ModelSource(location, options.withCheckpoint(path));
        }
        if (!Files.exists(path)) {
            throw new InvalidFileException(
                    path, "not found; --refiner takes a directory with a model_index.json, or a safetensors file");
        }
        return new ModelSource(path, options);
    }
}

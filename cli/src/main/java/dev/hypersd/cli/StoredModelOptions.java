package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a model that is rewritten consists of. */
final class StoredModelOptions {
    @Option(
            names = "--config-from",
            paramLabel = "DIR",
            description = "For a single-file checkpoint: the model directory that has tokenizer and configurations.")
    private Optional<Path> configFrom = Optional.empty();

    @Option(names = "--vae", paramLabel = "DIR|FILE", description = "An autoencoder in place of the model's own.")
    private Optional<Path> autoencoder = Optional.empty();

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "Which precision of the files to read, for example fp16.")
    private Optional<String> variant = Optional.empty();

    /** The model {@code model} as these options complete it. */
    ModelSource source(Path model) {
        return new ModelSource(directory(model), options(model));
    }

    private Path directory(Path model) {
        if (!Files.isRegularFile(model)) {
            return model;
        }
        return configFrom.orElseThrow(() -> new InvalidRequestException(model
                + " is a single file, which holds weights only: name a model directory of the same "
                + "family with --config-from, for its tokenizer and configurations"));
    }

    private LoadOptions options(Path model) {
        LoadOptions options = variant.map(LoadOptions.DEFAULT::withVariant).orElse(LoadOptions.DEFAULT);
        options = autoencoder.map(options::withAutoencoder).orElse(options);
        return Files.isRegularFile(model) ? options.withCheckpoint(model) : options;
    }
}

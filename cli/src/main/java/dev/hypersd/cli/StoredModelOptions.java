package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.schedule.PredictionType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that complete a model that is converted. */
final class StoredModelOptions {
    @Option(
            names = "--config-from",
            paramLabel = "DIR",
            description = "For a single-file checkpoint: a model directory to take tokenizer, configurations and what "
                    + "the file does not hold from. Default: what was published for the file's family.")
    private Optional<Path> configFrom = Optional.empty();

    @Option(names = "--vae", paramLabel = "DIR|FILE", description = "An autoencoder in place of the model's own.")
    private Optional<Path> autoencoder = Optional.empty();

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "Which precision of the files to read, for example fp16.")
    private Optional<String> variant = Optional.empty();

    @Option(
            names = "--prediction",
            paramLabel = "TYPE",
            converter = Converters.Prediction.class,
            description = "The prediction type of the U-Net: epsilon, v or sample. Default: that of its files.")
    private Optional<PredictionType> prediction = Optional.empty();

    /** Returns the source of {@code model} with these options. */
    ModelSource source(Path model) {
        boolean isFile = Files.isRegularFile(model);
        LoadOptions options = options();
        return isFile && configFrom.isPresent()
                ? new ModelSource(configFrom.get(), options.withCheckpoint(model))
                : new ModelSource(model, options);
    }

    /**
     * Refuses these options for a pickle, whose tensors are written as they are.
     *
     * @throws InvalidRequestException if one of them is given
     */
    void refuseFor(Path pickle) {
        boolean given =
                configFrom.isPresent() || autoencoder.isPresent() || variant.isPresent() || prediction.isPresent();
        if (given) {
            throw new InvalidRequestException(
                    ("%s is a pickle, whose tensors are written as they are: --config-from, --vae, --variant and "
                                    + "--prediction have no effect; give them when you convert the safetensors file")
                            .formatted(pickle));
        }
    }

    private LoadOptions options() {
        LoadOptions options = variant.map(LoadOptions.DEFAULT::withVariant).orElse(LoadOptions.DEFAULT);
        options = prediction.map(options::withPrediction).orElse(options);
        return autoencoder.map(options::withAutoencoder).orElse(options);
    }
}

package dev.hypersd.model;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a model is to be loaded.
 *
 * @param dtype what the networks compute with: F32, BF16 or F16. SDXL's own autoencoder stays F32, which it needs
 * @param variant which of several precisions of the files to read, for example {@code fp16}; absent means the files without a variant
 * @param checkpoints single files whose networks take the place of the model's own, in this order
 * @param autoencoder a folder with an autoencoder that takes the place of the model's own, for example a TAESD
 */
public record LoadOptions(Dtype dtype, Optional<String> variant, List<Path> checkpoints, Optional<Path> autoencoder) {
    /** F32, from the files without a variant, all parts the model's own. */
    public static final LoadOptions DEFAULT = new LoadOptions(Dtype.F32, Optional.empty(), List.of(), Optional.empty());

    public LoadOptions {
        checkpoints = List.copyOf(checkpoints);
        if (dtype != Dtype.F32 && dtype != Dtype.BF16 && dtype != Dtype.F16) {
            throw new InvalidRequestException("networks compute with F32, BF16 or F16, not " + dtype);
        }
    }

    public LoadOptions withDtype(Dtype other) {
        return new LoadOptions(other, variant, checkpoints, autoencoder);
    }

    public LoadOptions withVariant(String other) {
        return new LoadOptions(dtype, Optional.of(other), checkpoints, autoencoder);
    }

    public LoadOptions withCheckpoint(Path file) {
        return new LoadOptions(
                dtype,
                variant,
                Stream.concat(checkpoints.stream(), Stream.of(file)).toList(),
                autoencoder);
    }

    public LoadOptions withAutoencoder(Path folder) {
        return new LoadOptions(dtype, variant, checkpoints, Optional.of(folder));
    }
}

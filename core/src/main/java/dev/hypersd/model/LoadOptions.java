package dev.hypersd.model;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Placement;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Says how to load a model, and which files to load in place of its own. Plain data: {@link ModelSource#open} finds the
 * files.
 *
 * @param placement how weights are held: what the networks compute in (F32, BF16 or F16; SDXL's own autoencoder stays
 *     F32, which it needs) and where
 * @param variant which of several precisions of the files to read, for example {@code fp16}; absent means the files
 *     without a variant
 * @param checkpoints single files whose networks take the place of the model's own, in this order
 * @param autoencoder an autoencoder that takes the place of the model's own: a folder, for example a TAESD, or a file
 *     of weights for the model's own configuration
 * @param refiner a refiner of SDXL for the last of the noise; held as the model itself
 * @param prediction what the U-Net predicts, whatever its files say of it
 */
public record LoadOptions(
        Placement placement,
        Optional<String> variant,
        List<Path> checkpoints,
        Optional<Path> autoencoder,
        Optional<ModelSource> refiner,
        Optional<PredictionType> prediction) {
    /** F32 on the CPU, from the files without a variant, all parts the model's own. */
    public static final LoadOptions DEFAULT = new LoadOptions(
            Placement.of(Dtype.F32), Optional.empty(), List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    public LoadOptions {
        checkpoints = List.copyOf(checkpoints);
        Dtype dtype = placement.dtype();
        if (dtype != Dtype.F32 && dtype != Dtype.BF16 && dtype != Dtype.F16) {
            throw new InvalidRequestException("networks compute with F32, BF16 or F16, not " + dtype);
        }
    }

    public LoadOptions withDtype(Dtype other) {
        return withPlacement(placement.withDtype(other));
    }

    public LoadOptions withPlacement(Placement other) {
        return new LoadOptions(other, variant, checkpoints, autoencoder, refiner, prediction);
    }

    /** Returns the type that the networks compute in. */
    public Dtype dtype() {
        return placement.dtype();
    }

    /** Returns the device that they compute on. */
    public Device device() {
        return placement.device();
    }

    public LoadOptions withVariant(String other) {
        return new LoadOptions(placement, Optional.of(other), checkpoints, autoencoder, refiner, prediction);
    }

    /** With one file more, which is put over the ones before. */
    public LoadOptions withCheckpoint(Path file) {
        List<Path> more = Stream.concat(checkpoints.stream(), Stream.of(file)).toList();
        return new LoadOptions(placement, variant, more, autoencoder, refiner, prediction);
    }

    public LoadOptions withAutoencoder(Path path) {
        return new LoadOptions(placement, variant, checkpoints, Optional.of(path), refiner, prediction);
    }

    public LoadOptions withRefiner(ModelSource source) {
        return new LoadOptions(placement, variant, checkpoints, autoencoder, Optional.of(source), prediction);
    }

    public LoadOptions withPrediction(PredictionType other) {
        return new LoadOptions(placement, variant, checkpoints, autoencoder, refiner, Optional.of(other));
    }
}

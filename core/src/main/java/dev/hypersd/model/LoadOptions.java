package dev.hypersd.model;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The options of loading a model, among them files that replace parts of it. {@link ModelSource#open} finds the files.
 *
 * @param placement the type in which the networks compute (F32, BF16 or F16, with products of quantised weights if
 *     wanted; SDXL's own autoencoder needs F32 and keeps it), and how and on which device weights are held
 * @param variant the variant of the weights' files, for example {@code fp16}; empty for files without a variant
 * @param checkpoints checkpoint files whose networks replace those of the model, in this order
 * @param autoencoder an autoencoder that replaces the model's own: a folder, for example a TAESD, or a file of weights
 *     for the model's own configuration
 * @param refiner an SDXL refiner for the last noise levels, loaded with the same placement
 * @param prediction the prediction type of the U-Net, which overrides that of its files
 */
public record LoadOptions(
        Placement placement,
        Optional<String> variant,
        List<Path> checkpoints,
        Optional<Path> autoencoder,
        Optional<ModelSource> refiner,
        Optional<PredictionType> prediction) {
    /** The default options: F32 on the CPU, files without a variant, and the model's own parts. */
    public static final LoadOptions DEFAULT = new LoadOptions(
            Placement.of(Dtype.F32), Optional.empty(), List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    public LoadOptions {
        checkpoints = List.copyOf(checkpoints);
        Dtype dtype = placement.dtype();
        if (dtype != Dtype.F32 && dtype != Dtype.BF16 && dtype != Dtype.F16) {
            throw new InvalidRequestException("networks compute with F32, BF16 or F16, not " + dtype);
        }
    }

    /**
     * Returns these options with another type to compute in.
     *
     * @param other F32, BF16, F16, or I8 for quantised products ({@link Placement#drawing})
     */
    public LoadOptions withDtype(Dtype other) {
        return withPlacement(Placement.drawing(other, placement.storage(), placement.device()));
    }

    public LoadOptions withPlacement(Placement other) {
        return new LoadOptions(other, variant, checkpoints, autoencoder, refiner, prediction);
    }

    /** Returns the type in which the networks compute. */
    public Dtype dtype() {
        return placement.dtype();
    }

    /** Returns the device on which they compute. */
    public Device device() {
        return placement.device();
    }

    public LoadOptions withVariant(String other) {
        return new LoadOptions(placement, Optional.of(other), checkpoints, autoencoder, refiner, prediction);
    }

    /** Returns these options with one more checkpoint, applied after the others. */
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

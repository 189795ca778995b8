package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Placement;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a model is to be loaded.
 *
 * @param placement how weights are held: what the networks compute in (F32, BF16 or F16; SDXL's own autoencoder stays F32, which it needs) and where
 * @param variant which of several precisions of the files to read, for example {@code fp16}; absent means the files without a variant
 * @param checkpoints single files whose networks take the place of the model's own, in this order
 * @param autoencoder an autoencoder that takes the place of the model's own: a folder, for example a TAESD, or a file of
 *     weights for the model's own configuration
 * @param refiner a refiner of SDXL for the last of the noise; held as the model itself
 */
public record LoadOptions(
        Placement placement,
        Optional<String> variant,
        List<Path> checkpoints,
        Optional<Path> autoencoder,
        Optional<ModelSource> refiner) {
    /** F32 on the CPU, from the files without a variant, all parts the model's own. */
    public static final LoadOptions DEFAULT =
            new LoadOptions(Placement.of(Dtype.F32), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    private static final String VAE = "vae";

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
        return new LoadOptions(other, variant, checkpoints, autoencoder, refiner);
    }

    /** What the networks compute in. */
    public Dtype dtype() {
        return placement.dtype();
    }

    /** What they compute on. */
    public Device device() {
        return placement.device();
    }

    public LoadOptions withVariant(String other) {
        return new LoadOptions(placement, Optional.of(other), checkpoints, autoencoder, refiner);
    }

    /** With one file more, which is put over the ones before. */
    public LoadOptions withCheckpoint(Path file) {
        List<Path> more = Stream.concat(checkpoints.stream(), Stream.of(file)).toList();
        return new LoadOptions(placement, variant, more, autoencoder, refiner);
    }

    public LoadOptions withAutoencoder(Path path) {
        return new LoadOptions(placement, variant, checkpoints, Optional.of(path), refiner);
    }

    public LoadOptions withRefiner(ModelSource source) {
        return new LoadOptions(placement, variant, checkpoints, autoencoder, Optional.of(source));
    }

    /** The files of the model in {@code directory}, with the checkpoints put over them. */
    ModelFiles files(Path directory) {
        List<Checkpoint> over = checkpoints.stream().map(Checkpoint::recognise).toList();
        ModelFiles files = !over.isEmpty() && lendsTokenizers(directory, over.getFirst())
                ? ModelFiles.published(family(over.getFirst()), directory)
                : open(directory);
        for (Checkpoint checkpoint : over) {
            files = files.with(checkpoint);
        }
        return files;
    }

    private ModelFiles open(Path directory) {
        return variant.map(name -> ModelFiles.open(directory, name)).orElseGet(() -> ModelFiles.open(directory));
    }

    /** Whether {@code directory} is there for its tokenizers only: it has no configurations, or those of SDXL where a whole refiner is to be loaded. */
    private boolean lendsTokenizers(Path directory, Checkpoint checkpoint) {
        if (!Files.exists(directory.resolve("model_index.json"))) {
            return true;
        }
        return checkpoint.family().equals(Optional.of(ModelFamily.SDXL_REFINER))
                && checkpoint.parts().containsAll(ModelFamily.SDXL_REFINER.textEncoders())
                && open(directory).family() == ModelFamily.SDXL;
    }

    private static ModelFamily family(Checkpoint checkpoint) {
        return checkpoint
                .family()
                .orElseThrow(() -> new InvalidFileException(
                        checkpoint.file(),
                        "holds " + checkpoint.parts() + " and no model; put it over a model directory"));
    }

    /**
     * The files of the refiner that is to go on from what the model of {@code base} draws, if one is.
     *
     * @throws InvalidFileException if they do not go together
     */
    Optional<ModelFiles> refiner(ModelFiles base) {
        Optional<ModelFiles> files = refiner.map(source -> source.options().files(source.directory()));
        files.ifPresent(
                found -> requireTogether(base, found, refiner.orElseThrow().path()));
        return files;
    }

    private static void requireTogether(ModelFiles base, ModelFiles refiner, Path path) {
        if (refiner.family() != ModelFamily.SDXL_REFINER) {
            throw new InvalidFileException(
                    path,
                    "is a model of %s and no refiner of SDXL"
                            .formatted(refiner.family().title()));
        }
        if (base.family() != ModelFamily.SDXL) {
            throw new InvalidFileException(
                    path,
                    "is a refiner of SDXL, the model in %s is %s"
                            .formatted(base.path(), base.family().title()));
        }
        if (!schedule(base).equals(schedule(refiner))) {
            throw new InvalidFileException(
                    path,
                    "was trained with other noise levels or predictions than the model in %s: it cannot go on from what that draws"
                            .formatted(base.path()));
        }
    }

    private static ScheduleSettings schedule(ModelFiles files) {
        return ScheduleSettings.from(files.part("scheduler").config());
    }

    /** The autoencoder to use with the model of {@code files}. */
    ModelPart autoencoder(ModelFiles files) {
        return autoencoder
                .map(path -> Files.isDirectory(path)
                        ? ModelPart.in(path)
                        : files.part(VAE)
                                .withWeights(() -> Checkpoint.recognise(path).open(VAE)))
                .orElseGet(() -> files.part(VAE));
    }

    /** How the weights of that autoencoder are held; SDXL's own one overflows in half precision. */
    Placement autoencoderPlacement(ModelPart part, ModelFamily family) {
        boolean tiny = NetworkType.of(part.config()).equals(NetworkType.AUTOENCODER_TINY);
        return family == ModelFamily.SD15 || tiny ? placement : placement.withDtype(Dtype.F32);
    }
}

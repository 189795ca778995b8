package dev.hypersd.model;

import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Placement;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A loaded model: what predicts, perhaps with a refiner, autoencoder and noise schedule.
 *
 * <p>Immutable and safe to share. It owns its weights and the files they are mapped from, and frees them when it closes.
 */
public final class DiffusionModel implements AutoCloseable {
    private static final String SCHEDULER = "scheduler";

    private final TensorArena arena;
    private final Placement placement;
    private final Denoiser denoiser;
    private final Optional<Denoiser> refiner;
    private final Autoencoder autoencoder;
    private final NoiseSchedule schedule;
    private final Sampler sampler;

    private DiffusionModel(ModelFiles files, LoadOptions options, TensorArena arena) {
        this.arena = arena;
        this.placement = options.placement();
        this.denoiser = Denoiser.load(files, placement, arena);
        this.refiner = options.refiner(files).map(others -> Denoiser.load(others, placement, arena));
        this.autoencoder = autoencoder(files, options);
        JsonObject scheduler = files.part(SCHEDULER).config();
        this.schedule = NoiseSchedule.from(scheduler);
        this.sampler = Samplers.from(scheduler);
    }

    private Autoencoder autoencoder(ModelFiles files, LoadOptions options) {
        ModelPart part = options.autoencoder(files);
        return part.loadAutoencoder(
                denoiser.unet().config().outChannels(), options.autoencoderPlacement(part, files.family()), arena);
    }

    /**
     * Loads a model. Weights are mapped: what a file holds in the right type already is read when it is first used.
     *
     * @param directory in the diffusers layout; where the options put a whole checkpoint over it, one with the tokenizers is enough
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static DiffusionModel load(Path directory, LoadOptions options) {
        options.device().requireAvailable();
        ModelFiles files = options.files(directory);
        TensorArena arena = new TensorArena();
        try {
            return new DiffusionModel(files, options, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The configuration of the U-Net that {@link #load} would load; no weights are read. */
    public static UNetConfig unetConfig(Path directory, LoadOptions options) {
        return UNetConfig.from(options.files(directory).part("unet").config());
    }

    /** The configuration of the scheduler of what {@link #load} would load: noise levels and sampler. */
    public static JsonObject schedulerConfig(Path directory, LoadOptions options) {
        return options.files(directory).part(SCHEDULER).config();
    }

    /** The widths of the text encoders that {@link #load} would load, those of a refiner in a list of their own; no weights are read. */
    public static List<List<Integer>> textWidths(Path directory, LoadOptions options) {
        ModelFiles files = options.files(directory);
        return Stream.concat(Stream.of(files), options.refiner(files).stream())
                .map(Denoiser::textWidths)
                .toList();
    }

    /** What the U-Nets and the text encoders compute with. */
    public Dtype dtype() {
        return placement.dtype();
    }

    /** What they compute on. */
    public Device device() {
        return placement.device();
    }

    /** How its weights are held. */
    Placement placement() {
        return placement;
    }

    /** What predicts, all the way or until a refiner goes on. */
    public Denoiser denoiser() {
        return denoiser;
    }

    /** What predicts the last of the noise, where one was to be loaded. */
    public Optional<Denoiser> refiner() {
        return refiner;
    }

    public Autoencoder autoencoder() {
        return autoencoder;
    }

    /** The noise levels it was trained with. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** The sampler that its own configuration asks for. */
    public Sampler sampler() {
        return sampler;
    }

    /** Width and height of the pictures it was trained on, in pixels. */
    public int nativeSize() {
        return denoiser.unet().config().sampleSize() * autoencoder.scaleFactor();
    }

    @Override
    public void close() {
        arena.close();
    }
}

package dev.hypersd.model;

import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.vae.Autoencoder;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A loaded model: U-Net and text encoders, those of a refiner where there is one, autoencoder and noise schedule.
 *
 * <p>Immutable and safe to share. It owns its weights and the mapped files, and releases them when it is closed.
 */
public final class DiffusionModel implements AutoCloseable {
    private final TensorArena arena;
    private final Placement placement;
    private final Denoiser denoiser;
    private final Optional<Denoiser> refiner;
    private final Autoencoder autoencoder;
    private final NoiseSchedule schedule;
    private final Supplier<Sampler> sampler;

    private DiffusionModel(OpenedModel opened, TensorArena arena) {
        this.arena = arena;
        this.placement = opened.placement();
        this.denoiser = Denoiser.load(opened.denoiser(), placement, arena);
        this.refiner = opened.refiner().map(other -> Denoiser.load(other, placement, arena));
        this.autoencoder = opened.autoencoderNetwork()
                .load(opened.autoencoderPlacement(), arena)
                .network();
        this.schedule = opened.schedule();
        this.sampler = opened::sampler;
    }

    /**
     * Loads the weights of a model. They are mapped into memory: a weight that is stored in the right type is read from
     * disk when it is first used.
     *
     * @throws dev.hypersd.error.InvalidFileException if weights are missing or broken, or do not fit the configurations
     * @throws dev.hypersd.error.InvalidRequestException if this machine does not have the requested device
     */
    public static DiffusionModel load(OpenedModel opened) {
        opened.placement().device().requireAvailable();
        if (opened.placement().products().equals(Optional.of(Dtype.I8))) {
            PackedWeight.requireQuantised();
        }
        TensorArena arena = new TensorArena();
        try {
            return new DiffusionModel(opened, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Returns the type in which the U-Nets and the text encoders compute. */
    public Dtype dtype() {
        return placement.dtype();
    }

    /** Returns the device on which they compute. */
    public Device device() {
        return placement.device();
    }

    /** Returns how and where its weights are held. */
    Placement placement() {
        return placement;
    }

    /** Returns the U-Net and text encoders for all timesteps, or for those before the refiner. */
    public Denoiser denoiser() {
        return denoiser;
    }

    /** Returns the refiner for the last timesteps, if one was loaded. */
    public Optional<Denoiser> refiner() {
        return refiner;
    }

    public Autoencoder autoencoder() {
        return autoencoder;
    }

    /** Returns the noise schedule that it was trained with. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** Returns the sampler of its own configuration. */
    public Sampler sampler() {
        return sampler.get();
    }

    /** Returns the width and height of the pictures that it was trained on, in pixels. */
    public int nativeSize() {
        return denoiser.unet().config().sampleSize() * autoencoder.scaleFactor();
    }

    @Override
    public void close() {
        arena.close();
    }
}

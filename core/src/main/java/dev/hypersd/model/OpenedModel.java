package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.Autoencoder;
import dev.hypersd.vae.AutoencoderConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model whose files have been found and whose configurations have been read and checked, each of them once. It
 * answers everything about a model that is needed before its weights are in memory: whether a request, a LoRA or a
 * ControlNet fits, and how much memory it takes. {@link DiffusionModel#load} loads the weights.
 *
 * <p>It needs no closing. Immutable and safe to share; it may be loaded several times. Files that are changed later are
 * not read again, except that loading refuses a file of weights that was changed.
 */
public final class OpenedModel {
    private static final System.Logger LOG = System.getLogger(OpenedModel.class.getPackageName());
    static final String AUTOENCODER = "vae";

    /** The {@code steps_offset} of all models of Stable Diffusion 1 and 2. */
    private static final int STEPS_OFFSET = 1;

    private final ModelSource source;
    private final ModelFiles files;
    private final OpenedDenoiser denoiser;
    private final Optional<OpenedDenoiser> refiner;

    /** The autoencoder; empty for a refiner's directory, which is opened as a model for conversion. */
    private final Optional<OpenedNetwork<? extends AutoencoderConfig, ? extends Autoencoder>> autoencoder;

    private final NoiseSchedule schedule;

    /**
     * The sampler, read when it is first needed: a model whose sampler is not supported can be drawn with another one.
     */
    private Optional<Sampler> sampler = Optional.empty();

    private OpenedModel(ModelSource source) {
        this.source = source;
        FoundModel found = FoundModel.of(source);
        ModelFiles complete = withAutoencoder(found.files(), source.options().autoencoder());
        this.files = source.options().prediction().map(complete::withPrediction).orElse(complete);
        this.schedule = NoiseSchedule.from(scheduler(files));
        this.denoiser = found.denoiser();
        this.refiner = source.options().refiner().map(this::refiner);
        this.autoencoder = files.find(AUTOENCODER).map(part -> part.openAutoencoder(unet().outChannels()));
    }

    /** Opens a model; see {@link ModelSource#open}. */
    static OpenedModel of(ModelSource source) {
        return new OpenedModel(source);
    }

    /**
     * Replaces the autoencoder.
     *
     * @param other a folder with a configuration, or a file of weights for the configuration of the model's own
     *     autoencoder
     */
    private static ModelFiles withAutoencoder(ModelFiles files, Optional<Path> other) {
        return other.map(path -> files.with(
                        Files.isDirectory(path)
                                ? ModelPart.in(path).withName(AUTOENCODER)
                                : files.part(AUTOENCODER)
                                        .withWeights(
                                                () -> Checkpoint.recognise(path).open(AUTOENCODER))))
                .orElse(files);
    }

    private OpenedDenoiser refiner(ModelSource other) {
        FoundModel found = FoundModel.of(other);
        ModelFiles refinerFiles = found.files();
        Path path = other.path();
        if (refinerFiles.family() != ModelFamily.SDXL_REFINER) {
            throw new InvalidFileException(
                    path,
                    "is a model of %s and no refiner of SDXL"
                            .formatted(refinerFiles.family().title()));
        }
        if (family() != ModelFamily.SDXL) {
            throw new InvalidFileException(
                    path, "is a refiner of SDXL, the model in %s is %s".formatted(files.path(), family().title()));
        }
        if (!NoiseSchedule.from(scheduler(refinerFiles)).settings().equals(schedule.settings())) {
            throw new InvalidFileException(
                    path,
                    ("was trained with other noise levels or predictions than the model in %s: it cannot continue from "
                                    + "what that draws")
                            .formatted(files.path()));
        }
        return found.denoiser();
    }

    private static JsonObject scheduler(ModelFiles files) {
        return files.part("scheduler").config();
    }

    /** Returns the location and the options that were opened. */
    public ModelSource source() {
        return source;
    }

    /** Returns the model family. */
    public ModelFamily family() {
        return files.family();
    }

    /** Returns whether the model is made for inpainting: its U-Net sees the mask and the masked picture too. */
    public boolean isForInpainting() {
        return unet().isForInpainting();
    }

    /** Returns the configuration of the U-Net. */
    public UNetConfig unet() {
        return denoiser.unet().config();
    }

    /**
     * Returns the configuration of the autoencoder.
     *
     * @throws InvalidFileException if the model has none
     */
    public AutoencoderConfig autoencoder() {
        return autoencoderNetwork().config();
    }

    /**
     * Returns the widths of the text encoders' hidden states: a list for the model, and another for its refiner if it
     * has one.
     */
    public List<List<Integer>> textWidths() {
        return Stream.concat(Stream.of(denoiser), refiner.stream())
                .map(OpenedDenoiser::textWidths)
                .toList();
    }

    /** Reads the tokenizer of each text encoder, in the order of the family. */
    public List<ClipTokenizer> tokenizers() {
        return denoiser.tokenizers().stream().map(ModelPart::tokenizer).toList();
    }

    /** Returns the noise schedule that it was trained with. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /**
     * Returns the sampler of its own configuration. Configurations of Stable Diffusion 1 and 2 are corrected as
     * diffusers' {@code StableDiffusionPipeline} does: old files lack {@code steps_offset: 1} and {@code clip_sample:
     * false}, without which pictures are visibly worse.
     *
     * @throws InvalidFileException if that sampler, or an option of it, is not supported
     */
    public synchronized Sampler sampler() {
        if (sampler.isEmpty()) {
            sampler = Optional.of(readSampler());
        }
        return sampler.get();
    }

    private Sampler readSampler() {
        JsonObject config = scheduler(files);
        if (family() != ModelFamily.SD15) {
            return Samplers.from(config);
        }
        if (config.integer("steps_offset", STEPS_OFFSET) != STEPS_OFFSET) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "%s: steps_offset is %d and taken as %d, as diffusers does"
                            .formatted(config.file(), config.integer("steps_offset", 0), STEPS_OFFSET));
        }
        if (config.flag("clip_sample", false)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "%s: clip_sample is true and taken as false, as diffusers does".formatted(config.file()));
        }
        return Samplers.from(config.with("steps_offset", STEPS_OFFSET).with("clip_sample", false));
    }

    /** Returns whether it has a refiner. */
    public boolean hasRefiner() {
        return refiner.isPresent();
    }

    /** Returns the width and height of the pictures that it was trained on, in pixels. */
    public int nativeSize() {
        return unet().sampleSize() * autoencoder().scaleFactor();
    }

    /** Returns how and where the weights of the U-Nets and text encoders are held when they are loaded. */
    public Placement placement() {
        return source.options().placement();
    }

    /**
     * Returns how and where the weights of the autoencoder are held. SDXL's own one overflows in half precision and
     * stays in F32.
     */
    Placement autoencoderPlacement() {
        boolean tiny = autoencoderNetwork().type().equals(NetworkType.AUTOENCODER_TINY);
        return family() == ModelFamily.SD15 || tiny ? placement() : placement().withDtype(Dtype.F32);
    }

    ModelFiles files() {
        return files;
    }

    OpenedDenoiser denoiser() {
        return denoiser;
    }

    Optional<OpenedDenoiser> refiner() {
        return refiner;
    }

    OpenedNetwork<? extends AutoencoderConfig, ? extends Autoencoder> autoencoderNetwork() {
        return autoencoder.orElseThrow(() -> files.missing(AUTOENCODER));
    }
}

package dev.hypersd.model;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.json.JsonObject;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Placement;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A loaded model: text encoders, U-Net, autoencoder and noise schedule.
 *
 * <p>Immutable and safe to share. It owns its weights and the files they are mapped from, and frees them when it closes.
 */
public final class DiffusionModel implements AutoCloseable {
    private final TensorArena arena;
    private final ModelFamily family;
    private final Placement placement;
    private final List<TextEncoder> textEncoders;
    private final UNet2DConditionModel unet;
    private final Autoencoder autoencoder;
    private final NoiseSchedule schedule;
    private final Sampler sampler;
    private final boolean zerosForAbsentPrompt;
    private final Map<Component, Map<String, Parameter>> parameters;

    private DiffusionModel(ModelFiles files, LoadOptions options, TensorArena arena) {
        this.arena = arena;
        this.family = files.family();
        this.placement = options.placement();
        this.textEncoders = new ArrayList<>();
        this.parameters = new EnumMap<>(Component.class);
        addTextEncoder(files, "tokenizer", NetworkType.CLIP_TEXT, Component.TEXT_ENCODER);
        if (family == ModelFamily.SDXL) {
            addTextEncoder(files, "tokenizer_2", NetworkType.CLIP_TEXT_WITH_PROJECTION, Component.TEXT_ENCODER_2);
        }
        Network<UNet2DConditionModel> denoiser = files.part("unet").load(NetworkType.UNET, placement, arena);
        this.unet = denoiser.network();
        parameters.put(Component.UNET, denoiser.parameters());
        this.autoencoder = autoencoder(files, options);
        JsonObject scheduler = files.part("scheduler").config();
        this.schedule = NoiseSchedule.from(scheduler);
        this.sampler = Samplers.from(scheduler);
        this.zerosForAbsentPrompt = files.index().flag("force_zeros_for_empty_prompt", true);
    }

    private void addTextEncoder(
            ModelFiles files, String tokenizer, NetworkType<ClipTextModel> type, Component component) {
        ClipTokenizer words = ClipTokenizer.open(files.part(tokenizer).folder());
        Network<ClipTextModel> encoder = files.part(component.folder()).load(type, placement, arena);
        textEncoders.add(new TextEncoder(words, encoder.network(), Optional.empty()));
        parameters.put(component, encoder.parameters());
    }

    /** Of whichever kind its configuration says. */
    private Autoencoder autoencoder(ModelFiles files, LoadOptions options) {
        ModelPart part = options.autoencoder(files);
        Placement own = options.autoencoderPlacement(part, family);
        return NetworkType.of(part.config()) == NetworkType.AUTOENCODER_TINY
                ? part.load(NetworkType.AUTOENCODER_TINY, own, arena).network()
                : part.load(NetworkType.AUTOENCODER_KL, own, arena).network();
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

    /** The widths of the text encoders that {@link #load} would load; no weights are read. */
    public static List<Integer> textWidths(Path directory, LoadOptions options) {
        ModelFiles files = options.files(directory);
        return Stream.of(Component.TEXT_ENCODER, Component.TEXT_ENCODER_2)
                .filter(encoder -> encoder == Component.TEXT_ENCODER || files.family() == ModelFamily.SDXL)
                .map(encoder -> ClipTextConfig.from(files.part(encoder.folder()).config())
                        .width())
                .toList();
    }

    /** The architecture. */
    public ModelFamily family() {
        return family;
    }

    /** What the U-Net and the text encoders compute with. */
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

    /** One for Stable Diffusion 1.5, two for SDXL. */
    public List<TextEncoder> textEncoders() {
        return List.copyOf(textEncoders);
    }

    /**
     * The text encoders with words that were learned by textual inversion; their vectors belong to the caller's scope.
     *
     * @param words a safetensors file for each word
     * @throws dev.hypersd.error.InvalidFileException if one is missing, broken, or for another family of models
     */
    public List<TextEncoder> textEncoders(Map<String, Path> words) {
        if (words.isEmpty()) {
            return textEncoders();
        }
        List<Integer> widths = textEncoders.stream()
                .map(encoder -> encoder.network().config().width())
                .toList();
        List<Map<String, Tensor>> vectors = textEncoders.stream()
                .<Map<String, Tensor>>map(_ -> new LinkedHashMap<>())
                .toList();
        words.forEach((word, file) -> {
            try (TextualInversion learned = TextualInversion.open(file, widths)) {
                for (int i = 0; i < widths.size(); i++) {
                    Tensor table =
                            learned.vectors(i).load().to(dtype().scalarType()).reshape(-1, widths.get(i));
                    vectors.get(i).put(word, device().place(table));
                }
            }
        });
        return IntStream.range(0, widths.size())
                .mapToObj(i -> textEncoders.get(i).with(vectors.get(i)))
                .toList();
    }

    public UNet2DConditionModel unet() {
        return unet;
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

    /** Whether an absent negative prompt means zeros in place of an encoded empty text (SDXL). */
    public boolean zerosForAbsentPrompt() {
        return zerosForAbsentPrompt;
    }

    /** Width and height of the pictures it was trained on, in pixels. */
    public int nativeSize() {
        return unet.config().sampleSize() * autoencoder.scaleFactor();
    }

    /** What LoRAs can change: the U-Net and the text encoders. */
    public LoraTargets loraTargets() {
        return new LoraTargets(family.title(), parameters);
    }

    /** The parameters of one of these networks, by name. */
    Map<String, Parameter> parameters(Component network) {
        return Collections.unmodifiableMap(parameters.getOrDefault(network, Map.of()));
    }

    @Override
    public void close() {
        arena.close();
    }
}

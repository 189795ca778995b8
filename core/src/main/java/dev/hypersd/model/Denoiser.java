package dev.hypersd.model;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.nn.Parameter;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.UNet2DConditionModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A U-Net and the text encoders that condition it. A model has one; with a refiner it has a second one for the last
 * timesteps.
 *
 * <p>Immutable and safe to share; its weights belong to the model.
 */
public final class Denoiser {
    private final ModelFamily family;
    private final Placement placement;
    private final List<TextEncoder> textEncoders;
    private final UNet2DConditionModel unet;
    private final boolean zerosForAbsentPrompt;
    private final Map<Component, Network<?>> networks = new EnumMap<>(Component.class);

    private Denoiser(OpenedDenoiser opened, Placement placement, TensorArena arena) {
        this.family = opened.family();
        this.placement = placement;
        this.textEncoders = new ArrayList<>();
        opened.textEncoders().forEach((component, encoder) -> {
            ClipTokenizer words = opened.tokenizers().get(textEncoders.size()).tokenizer();
            Network<ClipTextModel> network = encoder.load(placement, arena);
            textEncoders.add(new TextEncoder(words, network.network(), Optional.empty()));
            networks.put(component, network);
        });
        Network<UNet2DConditionModel> network = opened.unet().load(placement, arena);
        this.unet = network.network();
        networks.put(Component.UNET, network);
        this.zerosForAbsentPrompt = opened.zerosForAbsentPrompt();
    }

    /** Loads the weights, which {@code arena} owns. */
    static Denoiser load(OpenedDenoiser opened, Placement placement, TensorArena arena) {
        return new Denoiser(opened, placement, arena);
    }

    /** Returns the model family. */
    public ModelFamily family() {
        return family;
    }

    /** Returns the device that it computes on. */
    public Device device() {
        return placement.device();
    }

    /** Returns the text encoders, in the order of the family. */
    public List<TextEncoder> textEncoders() {
        return List.copyOf(textEncoders);
    }

    /**
     * Returns the text encoders extended by textual inversion embeddings, whose vectors belong to the caller's scope.
     *
     * @param words a safetensors file for each word
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken, or for another family of models
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
            try (TextualInversion learned = TextualInversion.open(word, file, widths)) {
                for (int i = 0; i < widths.size(); i++) {
                    Tensor table = learned.vectors(i)
                            .load()
                            .to(placement.dtype().scalarType())
                            .reshape(-1, widths.get(i));
                    vectors.get(i).put(word, placement.device().place(table));
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

    /** Returns whether an absent negative prompt is encoded as zeros (SDXL), not as an empty text. */
    public boolean zerosForAbsentPrompt() {
        return zerosForAbsentPrompt;
    }

    /** Returns the weights that LoRAs can change: those of the U-Net and the text encoders. */
    public LoraTargets loraTargets() {
        Map<Component, Map<String, Parameter>> parameters = new EnumMap<>(Component.class);
        networks.forEach((component, network) -> parameters.put(component, network.parameters()));
        return new LoraTargets(family.title(), parameters);
    }

    /**
     * Evicts the weights of the text encoders from memory until another text is encoded ({@link Network#evictPages}).
     */
    public void evictTextEncoders() {
        networks.forEach((component, network) -> {
            if (component != Component.UNET) {
                network.evictPages();
            }
        });
    }

    /** Evicts all weights from memory until the next picture. */
    public void evictPages() {
        networks.values().forEach(Network::evictPages);
    }

    /** Returns the parameters of one of the networks, by name. */
    Map<String, Parameter> parameters(Component network) {
        return Optional.<Network<?>>ofNullable(networks.get(network))
                .map(Network::parameters)
                .orElse(Map.of());
    }
}

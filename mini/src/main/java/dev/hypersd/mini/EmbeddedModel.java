package dev.hypersd.mini;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The model that comes with the program: 128x128 pictures of up to three coloured objects, such as "two blue stars
 * above a red house at night". Its methods return files, which are unpacked from the jar when they are first used.
 */
public final class EmbeddedModel {
    /** The name of the model directory, which is also that of its preset. */
    public static final String NAME = "hypersd-mini";

    private static final String WEIGHTS = ".safetensors";
    private static final String LORA = "Hyper-mini-unified-lora" + WEIGHTS;

    private static final List<String> STYLES = List.of("flat", "neon", "outline", "pixel", "watercolour");
    private static final List<String> CONTROLS = List.of("canny", "scribble");

    private EmbeddedModel() {}

    /**
     * Returns the model directory, in the diffusers layout.
     *
     * @throws dev.hypersd.error.HyperSdException if it cannot be unpacked
     */
    public static Path folder() {
        return EmbeddedFolder.of(NAME, "model_index.json");
    }

    /**
     * Returns the LoRA that makes the model draw in one to eight steps.
     *
     * @throws dev.hypersd.error.HyperSdException if it cannot be unpacked
     */
    public static Path lora() {
        return EmbeddedFolder.of("loras", LORA).resolve(LORA);
    }

    /**
     * Returns all LoRAs for the model, by name: {@code unified}, which is {@link #lora()}; the stages of Hyper-SD and
     * other few-step methods, for comparison, such as {@code hyper-4steps}, {@code tcd} and {@code lightning-4steps},
     * whose presets have the prefix {@code mini-}; and one for each style, with which the model draws every prompt in
     * it: {@code flat}, {@code neon}, {@code outline}, {@code pixel} and {@code watercolour}.
     *
     * @throws dev.hypersd.error.HyperSdException if they cannot be unpacked
     */
    public static Map<String, Path> loras() {
        Path folder = EmbeddedFolder.of("loras", LORA);
        Map<String, Path> loras = new TreeMap<>();
        new EmbeddedPresets()
                .presets().stream()
                        .filter(preset -> preset.name().startsWith(EmbeddedPresets.PREFIX))
                        .forEach(preset -> loras.put(
                                preset.name().substring(EmbeddedPresets.PREFIX.length()),
                                folder.resolve(preset.file() + WEIGHTS)));
        STYLES.forEach(style -> loras.put(style, folder.resolve(style + WEIGHTS)));
        return loras;
    }

    /**
     * Returns the tiny autoencoder that can replace the model's own: it takes a fraction of the time and loses some of
     * the finest details.
     *
     * @throws dev.hypersd.error.HyperSdException if it cannot be unpacked
     */
    public static Path tinyAutoencoder() {
        return EmbeddedFolder.of("tiny-vae", "config.json");
    }

    /**
     * Returns the ControlNets for the model, by the kind of control pictures: {@code canny}, edges, and {@code
     * scribble}, sketches.
     *
     * @throws dev.hypersd.error.HyperSdException if they cannot be unpacked
     */
    public static Map<String, Path> controls() {
        Path folder = EmbeddedFolder.of("controls", CONTROLS.getFirst() + WEIGHTS);
        return CONTROLS.stream().collect(Collectors.toMap(name -> name, name -> folder.resolve(name + WEIGHTS)));
    }

    /**
     * Returns the folder of the judges of its pictures, each in a folder of its own.
     *
     * @throws dev.hypersd.error.HyperSdException if it cannot be unpacked
     */
    public static Path judges() {
        return EmbeddedFolder.of("judges", "attributes/config.json");
    }
}

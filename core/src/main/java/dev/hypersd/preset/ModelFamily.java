package dev.hypersd.preset;

import java.util.List;

/** The architectures that share adapters and checkpoints. */
public enum ModelFamily {
    /** Stable Diffusion 1.x: one text encoder. */
    SD15("SD 1.5", List.of("text_encoder")),
    /** Stable Diffusion XL: two text encoders, and conditions on the picture's size. */
    SDXL("SDXL", List.of("text_encoder", "text_encoder_2")),
    /** The refiner of SDXL: the second of its text encoders, and conditions on size and beauty. */
    SDXL_REFINER("SDXL refiner", List.of("text_encoder_2"));

    private final String title;
    private final List<String> textEncoders;

    ModelFamily(String title, List<String> textEncoders) {
        this.title = title;
        this.textEncoders = textEncoders;
    }

    /** Returns the name for people. */
    public String title() {
        return title;
    }

    /**
     * What its text encoders are called in a model directory, in the order in which their hidden states are put side by
     * side.
     */
    public List<String> textEncoders() {
        return textEncoders;
    }
}

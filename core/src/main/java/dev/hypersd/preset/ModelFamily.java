package dev.hypersd.preset;

import java.util.List;

/** The families of models that share an architecture, and so adapters and checkpoints. */
public enum ModelFamily {
    /** Stable Diffusion 1.x and 2.x, with one text encoder. */
    SD15("SD 1.5", List.of("text_encoder")),
    /** Stable Diffusion XL, with two text encoders and conditioning on the size of the picture. */
    SDXL("SDXL", List.of("text_encoder", "text_encoder_2")),
    /** The refiner of SDXL, with the second of its text encoders and conditioning on size and aesthetic score. */
    SDXL_REFINER("SDXL refiner", List.of("text_encoder_2"));

    private final String title;
    private final List<String> textEncoders;

    ModelFamily(String title, List<String> textEncoders) {
        this.title = title;
        this.textEncoders = textEncoders;
    }

    /** Returns the name for messages. */
    public String title() {
        return title;
    }

    /**
     * Returns the names of its text encoders in a model directory, in the order in which their hidden states are
     * concatenated.
     */
    public List<String> textEncoders() {
        return textEncoders;
    }
}

package dev.hypersd.checkpoint;

/** The architectures that share adapters and checkpoints. */
public enum ModelFamily {
    /** Stable Diffusion 1.x: one text encoder. */
    SD15("SD 1.5"),
    /** Stable Diffusion XL: two text encoders, and conditions on the picture's size. */
    SDXL("SDXL");

    private final String title;

    ModelFamily(String title) {
        this.title = title;
    }

    /** The name for people. */
    public String title() {
        return title;
    }
}

package dev.hypersd.preset;

/**
 * The choice of the effective alpha of each module of a LoRA file in kohya's spelling. The choices differ only for
 * files with different alphas.
 */
public enum Alphas {
    /** The alpha that the file has for the module, as the trainers that write such files mean it. */
    OWN,

    /**
     * The alpha that diffusers (0.40) uses: that of the module, except that attention layers of the U-Net and text
     * encoders use the most frequent alpha of their network. For pictures that have to equal those of diffusers.
     */
    AS_DIFFUSERS
}

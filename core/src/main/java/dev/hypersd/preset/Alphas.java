package dev.hypersd.preset;

/**
 * Which alpha counts for a module of a LoRA file in kohya's spelling. The two differ only for files whose alphas
 * differ.
 */
public enum Alphas {
    /** Its own: what the file says, and what the trainers that write such files mean. */
    OWN,

    /**
     * Its own, but for attention in the U-Net and for text encoders the one that is most frequent in the network: what
     * diffusers (seen in 0.40) makes of such files. For pictures that have to equal its pictures.
     */
    AS_DIFFUSERS
}

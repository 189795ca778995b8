package dev.hypersd.preset;

/** In what form a few-step model was released. */
public enum Artefact {
    /** A LoRA to lay over a base model. */
    LORA,

    /** A whole U-Net to put in place of the base model's. */
    UNET,

    /** A whole model. */
    MODEL
}

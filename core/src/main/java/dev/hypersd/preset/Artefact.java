package dev.hypersd.preset;

/** The form in which a few-step model was released. */
public enum Artefact {
    /** A LoRA for a base model. */
    LORA,

    /** A U-Net that replaces the base model's. */
    UNET,

    /** A whole model. */
    MODEL
}

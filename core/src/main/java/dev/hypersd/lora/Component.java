package dev.hypersd.lora;

/** The networks of a model that an adapter may change. */
public enum Component {
    UNET("unet"),
    TEXT_ENCODER("text_encoder"),
    TEXT_ENCODER_2("text_encoder_2");

    private final String folder;

    Component(String folder) {
        this.folder = folder;
    }

    /** The name of this network in model directories, and in front of the keys of PEFT files. */
    public String folder() {
        return folder;
    }
}

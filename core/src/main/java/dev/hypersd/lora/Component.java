package dev.hypersd.lora;

import java.util.Arrays;

/** The networks of a model that an adapter may change. */
public enum Component {
    UNET("unet"),
    TEXT_ENCODER("text_encoder"),
    TEXT_ENCODER_2("text_encoder_2");

    private final String folder;

    Component(String folder) {
        this.folder = folder;
    }

    /** Returns the network with the name {@code folder} in model directories. */
    public static Component in(String folder) {
        return Arrays.stream(values())
                .filter(component -> component.folder.equals(folder))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("adapters change no network called " + folder));
    }

    /** Returns the name of this network in model directories, which is also the prefix of its keys in PEFT files. */
    public String folder() {
        return folder;
    }
}

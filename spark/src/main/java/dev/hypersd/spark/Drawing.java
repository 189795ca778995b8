package dev.hypersd.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings with which pictures are drawn, in the form in which the driver sends them to executors.
 *
 * @param arguments the options of {@code hypersd generate} for model and pictures
 * @param fingerprint the fingerprint of the model's files on the driver, which those of executors must equal; empty if
 *     the driver does not have them
 * @param batch the greatest number of pictures that are drawn at once
 */
record Drawing(ArrayList<String> arguments, String fingerprint, int batch) implements Serializable {
    private static final long serialVersionUID = 1L;

    static Drawing of(List<String> arguments, String fingerprint, int batch) {
        return new Drawing(new ArrayList<>(arguments), fingerprint, batch);
    }
}

package dev.hypersd.application;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A model that comes in a jar, with LoRAs and ControlNets for it, such as the embedded model of {@code hypersd-mini}.
 * {@link java.util.ServiceLoader} finds it. Files are unpacked when they are first asked for.
 */
public interface ModelBundle {
    /** Returns the name of the model. */
    String name();

    /**
     * Returns the model directory.
     *
     * @throws dev.hypersd.error.HyperSdException if it cannot be unpacked; likewise the others
     */
    Path folder();

    /** Returns the LoRA that is used unless others are named, if there is one. */
    Optional<Path> usualLora();

    /** Returns the LoRAs by name. */
    Map<String, Path> loras();

    /** Returns the ControlNets by name. */
    Map<String, Path> controlNets();

    /** Returns a bundle among the libraries of the application, if there is one. */
    static Optional<ModelBundle> find() {
        return ServiceLoader.load(ModelBundle.class, ModelBundle.class.getClassLoader())
                .findFirst();
    }
}

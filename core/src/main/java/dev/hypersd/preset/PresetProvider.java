package dev.hypersd.preset;

import java.util.List;

/**
 * A provider of presets for further models. {@link Presets} finds every provider that {@link java.util.ServiceLoader}
 * finds, such as that of the embedded model.
 */
public interface PresetProvider {
    /** Returns the presets, each with a name and a file that no other preset has. */
    List<Preset> presets();
}

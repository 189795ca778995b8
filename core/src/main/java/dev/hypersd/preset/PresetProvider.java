package dev.hypersd.preset;

import java.util.List;

/**
 * Tells of the presets of further models. {@link Presets} finds every provider that {@link java.util.ServiceLoader}
 * knows, such as that of the embedded model.
 */
public interface PresetProvider {
    /** Returns the presets, each of a name and a file that no other preset has. */
    List<Preset> presets();
}

package dev.hypersd.request;

import dev.hypersd.preset.Preset;
import java.util.List;
import java.util.Optional;

/**
 * The request that options mean for a model, with the preset and the warnings.
 *
 * @param request the request
 * @param preset the preset that was applied, if any
 * @param warnings sentences about options that are likely to give bad pictures
 */
public record ResolvedOptions(ImageRequest request, Optional<Preset> preset, List<String> warnings) {
    public ResolvedOptions {
        warnings = List.copyOf(warnings);
    }
}

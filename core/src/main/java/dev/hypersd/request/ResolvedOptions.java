package dev.hypersd.request;

import dev.hypersd.preset.Preset;
import java.util.List;
import java.util.Optional;

/**
 * What options amount to for a model.
 *
 * @param request what is drawn
 * @param preset how the model or its LoRA is sampled where the options leave it open, if that is known
 * @param warnings what speaks against these options, in full sentences
 */
public record ResolvedOptions(ImageRequest request, Optional<Preset> preset, List<String> warnings) {
    public ResolvedOptions {
        warnings = List.copyOf(warnings);
    }
}

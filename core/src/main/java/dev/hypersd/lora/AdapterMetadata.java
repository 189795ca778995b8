package dev.hypersd.lora;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The PEFT configuration that newer versions of diffusers store in the header under {@code lora_adapter_metadata}, with
 * the network before each key ({@code unet.lora_alpha}). It contains the alphas, for which files in PEFT's spelling
 * have no tensors.
 */
final class AdapterMetadata {
    private static final String KEY = "lora_adapter_metadata";

    private final Optional<JsonObject> json;

    private AdapterMetadata(Optional<JsonObject> json) {
        this.json = json;
    }

    static AdapterMetadata of(SafetensorsFile file) {
        return new AdapterMetadata(Optional.ofNullable(file.metadata().get(KEY))
                .map(text -> Json.parse(file.file(), text.getBytes(StandardCharsets.UTF_8))));
    }

    /**
     * Returns the alpha of a module, scaled such that alpha / rank is what the adapter was trained with; empty if the
     * metadata have none.
     */
    Optional<Double> alpha(String module, long rank) {
        return json.flatMap(configuration -> {
            int dot = module.indexOf('.');
            String network = module.substring(0, dot + 1);
            String layer = module.substring(dot + 1);
            // Rank-stabilised LoRA (Kalajdzievski, 2023) divides by the root of the rank instead of the rank.
            double factor = configuration.flag(network + "use_rslora", false) ? Math.sqrt((double) rank) : 1;
            return exception(configuration, network + "alpha_pattern", layer)
                    .or(() -> number(configuration, network + "lora_alpha"))
                    .or(() -> factor == 1 ? Optional.empty() : Optional.of((double) rank))
                    .map(alpha -> alpha * factor);
        });
    }

    /**
     * Returns the value for a layer in a map of exceptions. PEFT matches its keys as regular expressions at the end of
     * the name. Those that it writes are whole names, so they are compared as text and no expression from a file is
     * evaluated.
     */
    private static Optional<Double> exception(JsonObject configuration, String key, String layer) {
        return configuration
                .object(key)
                .flatMap(patterns -> patterns.keys().stream()
                        .filter(pattern -> ("." + layer).endsWith("." + pattern))
                        .findFirst()
                        .flatMap(pattern -> number(patterns, pattern)));
    }

    private static Optional<Double> number(JsonObject object, String key) {
        return object.has(key) ? Optional.of(object.number(key, 0)) : Optional.empty();
    }
}

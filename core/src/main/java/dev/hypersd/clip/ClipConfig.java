package dev.hypersd.clip;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.OptionalInt;

/** The sizes and options of both towers of CLIP, as its {@code config.json} gives them. */
public record ClipConfig(ClipTextConfig text, ClipVisionConfig vision) {
    /**
     * Reads the configuration of a {@code CLIPModel}.
     *
     * @throws InvalidFileException if a tower is missing or cannot be built
     */
    public static ClipConfig from(JsonObject json) {
        int projection = json.positive("projection_dim", 512);
        return new ClipConfig(
                ClipTextConfig.from(tower(json, "text_config"), OptionalInt.of(projection)),
                ClipVisionConfig.from(tower(json, "vision_config"), projection));
    }

    private static JsonObject tower(JsonObject json, String key) {
        return json.object(key).orElseThrow(() -> json.invalid(key, "is missing; a CLIPModel has two towers"));
    }
}

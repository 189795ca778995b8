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

    /**
     * Reads the {@code model_cfg} of open_clip, whose towers are transformers.
     *
     * @throws InvalidFileException if a tower is of another kind or cannot be built
     */
    public static ClipConfig fromOpenClip(JsonObject json) {
        int projection = json.positive("embed_dim", 512);
        Activation activation = json.flag("quick_gelu", false) ? Activation.QUICK_GELU : Activation.GELU;
        return new ClipConfig(
                ClipTextConfig.fromOpenClip(json.section("text_cfg"), activation, projection),
                ClipVisionConfig.fromOpenClip(json.section("vision_cfg"), activation, projection));
    }

    private static JsonObject tower(JsonObject json, String key) {
        return json.object(key).orElseThrow(() -> json.invalid(key, "is missing; a CLIPModel has two towers"));
    }
}

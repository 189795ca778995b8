package dev.hypersd.clip;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.List;

/**
 * The sizes and options of the image tower of CLIP.
 *
 * @param imageSize width and height of the pictures, in pixels
 * @param patch width and height of the squares that become tokens, in pixels
 * @param width the width of the hidden states
 * @param innerWidth the inner width of the feed-forward parts
 * @param layers number of transformer layers
 * @param heads attention heads of each
 * @param eps the epsilon of every LayerNorm
 * @param projection width of the space that texts and pictures share
 */
public record ClipVisionConfig(
        int imageSize,
        int patch,
        int width,
        int innerWidth,
        int layers,
        int heads,
        Activation activation,
        double eps,
        int projection) {
    /**
     * Reads the {@code vision_config} of a CLIP.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    static ClipVisionConfig from(JsonObject json, int projection) {
        json.expect("attention_dropout", 0);
        json.expect("dropout", 0);
        json.expect("num_channels", 3);
        ClipVisionConfig config = new ClipVisionConfig(
                json.positive("image_size", 224),
                json.positive("patch_size", 32),
                json.positive("hidden_size", 768),
                json.positive("intermediate_size", 3072),
                json.positive("num_hidden_layers", 12),
                json.positive("num_attention_heads", 12),
                Activation.of(json, "hidden_act"),
                json.number("layer_norm_eps", 1e-5),
                projection);
        return config.checked(json, "num_attention_heads");
    }

    /** Reads the {@code vision_cfg} of open_clip, of vision transformers with a class token. */
    static ClipVisionConfig fromOpenClip(JsonObject json, Activation activation, int projection) {
        for (String other : List.of("timm_model_name", "ls_init_value")) {
            json.expectNone(other);
        }
        for (String other : List.of("input_patchnorm", "global_average_pool", "attentional_pool", "no_ln_pre")) {
            json.expect(other, false);
        }
        json.expect("pool_type", "tok");
        int width = json.positive("width", 768);
        ClipVisionConfig config = new ClipVisionConfig(
                json.positive("image_size", 224),
                json.positive("patch_size", 16),
                width,
                (int) (width * json.number("mlp_ratio", 4)),
                json.positive("layers", 12),
                Math.max(1, width / json.positive("head_width", 64)),
                activation,
                1e-5,
                projection);
        return config.checked(json, "head_width");
    }

    private ClipVisionConfig checked(JsonObject json, String key) {
        if (width % heads != 0) {
            throw json.invalid(key, "asks for " + heads + " heads on width " + width);
        }
        if (imageSize % patch != 0) {
            throw json.invalid("patch_size", "is %d, which does not divide pictures of %d".formatted(patch, imageSize));
        }
        return this;
    }

    /** Returns the number of patches of a picture: its tokens without the class token. */
    int patches() {
        int side = imageSize / patch;
        return side * side;
    }

    ClipTransformer.Config transformer() {
        return new ClipTransformer.Config(width, innerWidth, layers, heads, activation, eps);
    }
}

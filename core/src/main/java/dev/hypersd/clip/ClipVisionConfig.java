package dev.hypersd.clip;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;

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
        if (config.width % config.heads != 0) {
            throw json.invalid("num_attention_heads", "asks for " + config.heads + " heads on width " + config.width);
        }
        if (config.imageSize % config.patch != 0) {
            throw json.invalid(
                    "patch_size",
                    "is %d, which does not divide pictures of %d".formatted(config.patch, config.imageSize));
        }
        return config;
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

package dev.hypersd.judge.preference;

import dev.hypersd.json.JsonObject;
import dev.hypersd.judge.reward.ScoreHead;
import java.util.List;

/**
 * The sizes of a {@link PreferenceModel}.
 *
 * @param head the widths of the layers after the text encoder, from its own to 1
 * @param mean the number that is subtracted from the head's output
 * @param deviation the number by which the difference is divided
 */
public record PreferenceConfig(Vision vision, Text text, List<Integer> head, double mean, double deviation) {
    private static final double IMAGE_REWARD_MEAN = 0.16717362830052426;
    private static final double IMAGE_REWARD_DEVIATION = 1.0333394966054072;

    /**
     * The sizes of the image encoder; pictures and patches in pixels.
     *
     * @param width the width of the hidden states
     */
    public record Vision(int imageSize, int patch, int width, int layers, int heads) {
        /** Returns the number of tokens of a picture, without the class token. */
        int patches() {
            int side = imageSize / patch;
            return side * side;
        }
    }

    /**
     * The sizes of the text encoder.
     *
     * @param positions the greatest length of a text, in tokens
     */
    public record Text(int vocabulary, int positions, int width, int innerWidth, int layers, int heads) {}

    public PreferenceConfig {
        head = List.copyOf(head);
    }

    /**
     * Reads {@code vit} and {@code med_config}, as BLIP calls them; absent values are those of ImageReward.
     *
     * @throws dev.hypersd.error.InvalidFileException if one is missing or a value contradicts another
     */
    public static PreferenceConfig from(JsonObject json) {
        return of(json, vision(part(json, "vit")), text(part(json, "med_config")));
    }

    /**
     * Reads {@code med_config.json}, which ImageReward is published with and which has the text encoder alone; the
     * image encoder is a ViT-L/16.
     */
    static PreferenceConfig published(JsonObject json) {
        return of(json, vision(json.section("vit")), text(json));
    }

    private static PreferenceConfig of(JsonObject json, Vision vision, Text text) {
        List<Integer> head = ScoreHead.widths(json, "head", List.of(text.width, 1024, 128, 64, 16, 1));
        if (head.getFirst() != text.width) {
            throw json.invalid(
                    "head", "begins with %d, but texts have width %d".formatted(head.getFirst(), text.width));
        }
        double deviation = json.number("std", IMAGE_REWARD_DEVIATION);
        if (!(deviation > 0)) {
            throw json.invalid("std", "is %s; scores are divided by it, so it must be above 0".formatted(deviation));
        }
        return new PreferenceConfig(vision, text, head, json.number("mean", IMAGE_REWARD_MEAN), deviation);
    }

    private static JsonObject part(JsonObject json, String key) {
        return json.object(key).orElseThrow(() -> json.invalid(key, "is missing"));
    }

    private static Vision vision(JsonObject json) {
        Vision vision = new Vision(
                json.positive("img_size", 224),
                json.positive("patch_size", 16),
                json.positive("embed_dim", 1024),
                json.positive("depth", 24),
                json.positive("num_heads", 16));
        requireHeads(json, "num_heads", vision.heads, vision.width);
        if (vision.imageSize % vision.patch != 0) {
            throw json.invalid(
                    "patch_size",
                    "is %d, which does not divide pictures of %d".formatted(vision.patch, vision.imageSize));
        }
        return vision;
    }

    private static Text text(JsonObject json) {
        json.expect("hidden_act", "gelu");
        json.expect("add_type_embeddings", false);
        Text text = new Text(
                json.positive("vocab_size", 30524),
                json.positive("max_position_embeddings", 512),
                json.positive("hidden_size", 768),
                json.positive("intermediate_size", 3072),
                json.positive("num_hidden_layers", 12),
                json.positive("num_attention_heads", 12));
        requireHeads(json, "num_attention_heads", text.heads, text.width);
        if (text.positions < 2) {
            throw json.invalid("max_position_embeddings", "is 1, but every text has a begin and an end token");
        }
        return text;
    }

    private static void requireHeads(JsonObject json, String key, int heads, int width) {
        if (width % heads != 0) {
            throw json.invalid(key, "asks for %d heads on width %d".formatted(heads, width));
        }
    }
}

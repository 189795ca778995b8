package dev.hypersd.clip;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.List;
import java.util.OptionalInt;

/**
 * The sizes and options of a CLIP text encoder, as its {@code config.json} gives them.
 *
 * @param vocabulary number of token ids
 * @param width the width of the hidden states
 * @param innerWidth the inner width of the feed-forward parts
 * @param layers number of transformer layers
 * @param heads attention heads of each
 * @param longestPrompt number of positions: 77 tokens
 * @param eps the epsilon of every LayerNorm
 * @param endOfText the id of the end-of-text token, which pools the sequence; see {@link #LEGACY_END_OF_TEXT}
 * @param projection width of the space that pooled texts are projected into, if the model does that
 */
public record ClipTextConfig(
        int vocabulary,
        int width,
        int innerWidth,
        int layers,
        int heads,
        int longestPrompt,
        Activation activation,
        double eps,
        int endOfText,
        OptionalInt projection) {
    /**
     * The end-of-text id in early configuration files, which is not the real one. With it, the sequence is pooled at
     * its largest id, which is the end of the text in every vocabulary of that time.
     */
    public static final int LEGACY_END_OF_TEXT = 2;

    /**
     * Reads the configuration of a {@code CLIPTextModel} or {@code CLIPTextModelWithProjection}; its key {@code
     * architectures} decides which.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    public static ClipTextConfig from(JsonObject json) {
        return from(json, projection(json));
    }

    /** Reads the text tower of a whole CLIP, whose projection is given by the enclosing file. */
    static ClipTextConfig from(JsonObject json, OptionalInt projection) {
        json.expect("attention_dropout", 0);
        json.expect("dropout", 0);
        ClipTextConfig config = new ClipTextConfig(
                json.positive("vocab_size", 49408),
                json.positive("hidden_size", 512),
                json.positive("intermediate_size", 2048),
                json.positive("num_hidden_layers", 12),
                json.positive("num_attention_heads", 8),
                json.positive("max_position_embeddings", 77),
                Activation.of(json, "hidden_act"),
                json.number("layer_norm_eps", 1e-5),
                json.integer("eos_token_id", 49407),
                projection);
        return config.checked(json, "num_attention_heads");
    }

    /** Reads the {@code text_cfg} of open_clip. Texts are pooled at their largest id there. */
    static ClipTextConfig fromOpenClip(JsonObject json, Activation activation, int projection) {
        for (String other : List.of("hf_model_name", "ls_init_value")) {
            json.expectNone(other);
        }
        json.expect("embed_cls", false);
        json.expect("no_causal_mask", false);
        json.expect("pool_type", "argmax");
        int width = json.positive("width", 512);
        ClipTextConfig config = new ClipTextConfig(
                json.positive("vocab_size", 49408),
                width,
                (int) (width * json.number("mlp_ratio", 4)),
                json.positive("layers", 12),
                json.positive("heads", 8),
                json.positive("context_length", 77),
                activation,
                1e-5,
                LEGACY_END_OF_TEXT,
                OptionalInt.of(projection));
        return config.checked(json, "heads");
    }

    private ClipTextConfig checked(JsonObject json, String key) {
        if (width % heads != 0) {
            throw json.invalid(key, "asks for " + heads + " heads on width " + width);
        }
        return this;
    }

    ClipTransformer.Config transformer() {
        return new ClipTransformer.Config(width, innerWidth, layers, heads, activation, eps);
    }

    private static OptionalInt projection(JsonObject json) {
        List<String> architectures = json.strings("architectures", List.of("CLIPTextModel"));
        return switch (architectures.size() == 1 ? architectures.getFirst() : "") {
            case "CLIPTextModel" -> OptionalInt.empty();
            case "CLIPTextModelWithProjection" -> OptionalInt.of(json.positive("projection_dim", 512));
            default ->
                throw json.invalid(
                        "architectures",
                        "is " + architectures + "; text encoders are CLIPTextModel or CLIPTextModelWithProjection");
        };
    }
}

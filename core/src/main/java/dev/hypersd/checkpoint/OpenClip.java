package dev.hypersd.checkpoint;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Translates the names and layouts of both towers of CLIP between open_clip and transformers. Open_clip, whose text
 * tower is SDXL's second text encoder, stores query, key and value as one matrix, in this order, and the transposes of
 * the projections.
 */
public final class OpenClip {
    private static final String LAYER = "transformer\\.resblocks\\.(\\d+)\\.";
    private static final Pattern FUSED = Pattern.compile(LAYER + "attn\\.in_proj_(weight|bias)");
    private static final String VISUAL = "visual.";
    private static final String SCALE = "logit_scale";
    private static final List<String> PARTS = List.of("q", "k", "v");
    private static final String OWN_LAYER = "text_model\\.encoder\\.layers\\.(\\d+)\\.";
    private static final Pattern THIRD = Pattern.compile(OWN_LAYER + "self_attn\\.([qkv])_proj\\.(weight|bias)");

    private static final Renaming TEXT = layers("text_model")
            .prefix("token_embedding\\.", "text_model.embeddings.token_embedding.")
            .prefix("positional_embedding", "text_model.embeddings.position_embedding.weight")
            .prefix("ln_final\\.", "text_model.final_layer_norm.");

    private static final Renaming VISION = layers("vision_model")
            .prefix("class_embedding", "vision_model.embeddings.class_embedding")
            .prefix("conv1\\.", "vision_model.embeddings.patch_embedding.")
            .prefix("positional_embedding", "vision_model.embeddings.position_embedding.weight")
            .prefix("ln_pre\\.", "vision_model.pre_layrnorm.") // Their spelling.
            .prefix("ln_post\\.", "vision_model.post_layernorm.");

    private OpenClip() {}

    private static Renaming layers(String tower) {
        String layer = tower + ".encoder.layers.$1.";
        return new Renaming()
                .prefix(LAYER + "ln_1\\.", layer + "layer_norm1.")
                .prefix(LAYER + "ln_2\\.", layer + "layer_norm2.")
                .prefix(LAYER + "mlp\\.c_fc\\.", layer + "mlp.fc1.")
                .prefix(LAYER + "mlp\\.c_proj\\.", layer + "mlp.fc2.")
                .prefix(LAYER + "attn\\.out_proj\\.", layer + "self_attn.out_proj.");
    }

    /** Returns a view of {@code source}, which holds the text tower and nothing else. */
    static WeightSource view(WeightSource source) {
        return WeightView.of(
                source,
                // The temperature of the contrastive loss.
                tensor -> tensor.name().equals(SCALE) ? Stream.empty() : translate(tensor, tensor.name()));
    }

    /** Returns a view of {@code source}, which holds a whole CLIP, under the names of transformers. */
    public static WeightSource both(WeightSource source) {
        return WeightView.of(source, tensor -> translate(tensor, tensor.name()));
    }

    private static Stream<StoredTensor> translate(StoredTensor tensor, String name) {
        boolean visual = name.startsWith(VISUAL);
        String inTower = visual ? name.substring(VISUAL.length()) : name;
        Matcher fused = FUSED.matcher(inTower);
        if (fused.matches()) {
            return thirds(
                    tensor,
                    "%s.encoder.layers.%s.self_attn.%%s_proj.%s"
                            .formatted(visual ? "vision_model" : "text_model", fused.group(1), fused.group(2)));
        }
        return Stream.of(
                switch (name) {
                    case "text_projection" -> transposed(tensor, "text_projection.weight");
                    case "visual.proj" -> transposed(tensor, "visual_projection.weight");
                    default -> tensor.as((visual ? VISION : TEXT).apply(inTower));
                });
    }

    private static final Renaming BACK = new Renaming()
            .prefix("text_model\\.embeddings\\.token_embedding\\.", "token_embedding.")
            .prefix("text_model\\.embeddings\\.position_embedding\\.weight", "positional_embedding")
            .prefix("text_model\\.final_layer_norm\\.", "ln_final.")
            .prefix(OWN_LAYER + "layer_norm1\\.", "transformer.resblocks.$1.ln_1.")
            .prefix(OWN_LAYER + "layer_norm2\\.", "transformer.resblocks.$1.ln_2.")
            .prefix(OWN_LAYER + "mlp\\.fc1\\.", "transformer.resblocks.$1.mlp.c_fc.")
            .prefix(OWN_LAYER + "mlp\\.fc2\\.", "transformer.resblocks.$1.mlp.c_proj.")
            .prefix(OWN_LAYER + "self_attn\\.out_proj\\.", "transformer.resblocks.$1.attn.out_proj.");

    /**
     * Returns a view of {@code source}, a text encoder under the names of transformers, in open_clip's names and
     * layouts.
     */
    static WeightSource original(WeightSource source) {
        return WeightView.ofAll(source, OpenClip::originals);
    }

    private static Map<String, StoredTensor> originals(WeightSource source) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : source.names()) {
            StoredTensor tensor = source.find(name).orElseThrow();
            Matcher third = THIRD.matcher(name);
            if (!third.matches()) {
                StoredTensor back = name.equals("text_projection.weight")
                        ? transposed(tensor, "text_projection")
                        : tensor.as(BACK.apply(name));
                tensors.put(back.name(), back);
            } else if (third.group(2).equals(PARTS.getFirst())) {
                String fused = "transformer.resblocks.%s.attn.in_proj_%s".formatted(third.group(1), third.group(3));
                tensors.put(
                        fused,
                        StoredTensor.stacked(
                                fused,
                                PARTS.stream()
                                        .map(part -> name.replace(".q_proj.", "." + part + "_proj."))
                                        .flatMap(part -> source.find(part).stream())
                                        .toList()));
            }
        }
        return tensors;
    }

    private static StoredTensor transposed(StoredTensor tensor, String name) {
        long[] shape = tensor.shape();
        if (shape.length != 2) {
            throw unexpected(tensor, "a matrix");
        }
        return tensor.as(name, new long[] {shape[1], shape[0]}, t -> t.t());
    }

    /**
     * Splits a tensor of query, key and value into three.
     *
     * @param pattern the name of a third, with {@code %s} for its letter
     */
    private static Stream<StoredTensor> thirds(StoredTensor tensor, String pattern) {
        long[] shape = tensor.shape();
        if (shape.length == 0 || shape[0] % PARTS.size() != 0) {
            throw unexpected(tensor, "query, key and value one above the other");
        }
        long rows = shape[0] / PARTS.size();
        long[] third = shape.clone();
        third[0] = rows;
        return IntStream.range(0, PARTS.size())
                .mapToObj(i -> tensor.as(pattern.formatted(PARTS.get(i)), third, t -> t.narrow(0, i * rows, rows)));
    }

    private static InvalidFileException unexpected(StoredTensor tensor, String expected) {
        return new InvalidFileException(
                tensor.file(),
                "tensor %s has shape %s, not that of %s"
                        .formatted(tensor.name(), Arrays.toString(tensor.shape()), expected));
    }
}

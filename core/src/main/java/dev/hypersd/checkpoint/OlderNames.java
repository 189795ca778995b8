package dev.hypersd.checkpoint;

import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Other spellings that files of the diffusers layout have or had:
 *
 * <ul>
 *   <li>the autoencoder's attention as {@code query}, {@code key}, {@code value}, {@code proj_attn} (the published SD 1.5 VAE),
 *   <li>the text encoder without its prefix {@code text_model.} (as the newest transformers library saves it),
 *   <li>a text encoder's {@code position_ids}, which are no parameter.
 * </ul>
 */
public final class OlderNames {
    private static final Pattern ATTENTION =
            Pattern.compile("(.*\\.attentions\\.\\d+\\.)(?:(query|key|value)|proj_attn)(\\..*)");
    private static final String PREFIX = "text_model.";

    private OlderNames() {}

    /** {@code source} under the names that the networks use; names that are right already stay. */
    public static WeightSource translated(WeightSource source) {
        boolean bare = source.names().contains("embeddings.token_embedding.weight");
        return WeightView.of(source, tensor -> {
            String name = tensor.name();
            if (name.endsWith("embeddings.position_ids")) {
                return Stream.empty();
            }
            boolean prefixed = !bare || name.startsWith("text_projection.");
            return Stream.of(tensor.as(prefixed ? attention(name) : PREFIX + name));
        });
    }

    private static String attention(String name) {
        return ATTENTION
                .matcher(name)
                .replaceFirst(m -> m.group(1)
                        + (m.group(2) == null ? "to_out.0" : "to_" + m.group(2).charAt(0))
                        + m.group(3));
    }
}

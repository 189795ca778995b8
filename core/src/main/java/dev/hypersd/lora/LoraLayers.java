package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The layers of a U-Net that LoRAs usually change, by kind. The released few-step LoRAs change all of them. */
public enum LoraLayers {
    /**
     * The query, key, value and output projections of all attention layers, and the input and output projections of
     * transformers.
     */
    ATTENTION(".*\\.attn[12]\\.(to_[qkv]|to_out\\.0)|.*\\.attentions\\.\\d+\\.proj_(in|out)"),
    /** The feed-forward networks of transformers. */
    FEED_FORWARD(".*\\.ff\\.net\\.(0\\.proj|2)"),
    /** Residual blocks with their time embeddings, and the convolutions between levels. */
    CONVOLUTION(".*\\.resnets\\.\\d+\\.(conv1|conv2|conv_shortcut|time_emb_proj)|"
            + ".*\\.(downsamplers|upsamplers)\\.0\\.conv");

    /** The layers of text encoders that kohya's trainers and PEFT change: those of attention and feed-forward. */
    private static final Pattern TEXT_ENCODER =
            Pattern.compile(".*\\.(self_attn\\.(q|k|v|out)_proj|mlp\\.fc[12])\\.weight");

    private final Pattern weight;

    LoraLayers(String module) {
        this.weight = Pattern.compile("(" + module + ")\\.weight");
    }

    /**
     * Returns the weights of the layers of {@code kinds} among {@code parameters}, in their order.
     *
     * @param parameters the parameters of a U-Net, by name
     */
    public static Map<String, Parameter> weights(Collection<LoraLayers> kinds, Map<String, Parameter> parameters) {
        return matching(
                name -> kinds.stream()
                        .anyMatch(kind -> kind.weight.matcher(name).matches()),
                parameters);
    }

    /**
     * Returns the weights of the layers of a text encoder that LoRAs usually change, in their order.
     *
     * @param parameters the parameters of a text encoder of CLIP, by name
     */
    public static Map<String, Parameter> ofTextEncoder(Map<String, Parameter> parameters) {
        return matching(name -> TEXT_ENCODER.matcher(name).matches(), parameters);
    }

    private static Map<String, Parameter> matching(Predicate<String> wanted, Map<String, Parameter> parameters) {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            if (wanted.test(name)) {
                weights.put(name, parameter);
            }
        });
        return weights;
    }
}

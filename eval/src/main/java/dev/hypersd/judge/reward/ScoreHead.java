package dev.hypersd.judge.reward;

import dev.hypersd.json.JsonObject;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A head of linear layers without activations, from an embedding to a score: {@code [B, D] -> [B, 1]}. LAION's
 * aesthetic predictor (version 2) is such a head, on embeddings of length 1 of CLIP ViT-L/14. Stateless, so safe to
 * share.
 *
 * <p>In a folder of judges, {@code aesthetic} has the weights of the head in
 * {@code diffusion_pytorch_model.safetensors} and {@code config.json} with {@code "_class_name": "AestheticHead"} and,
 * unless they are LAION's, {@code widths}.
 */
public final class ScoreHead {
    /** The widths of LAION's aesthetic predictor, {@code sac+logos+ava1-l14-linearMSE}. */
    public static final List<Integer> LAION = List.of(768, 1024, 128, 64, 16, 1);

    /**
     * The class name in {@code config.json}, and how the network is built from its configuration, which gives its
     * {@code widths}, and its weights.
     */
    public static final NetworkType<List<Integer>, ScoreHead> TYPE = new NetworkType<>(
            "AestheticHead",
            UnaryOperator.identity(),
            config -> widths(config, "widths", LAION),
            (widths, p) -> new ScoreHead(widths, p.at("layers")));

    private final int width;
    private final List<Step> layers = new ArrayList<>();

    /**
     * Reads the widths of a head's layers.
     *
     * @throws dev.hypersd.error.InvalidFileException if there are fewer than two, one is below 1, or the last is not 1
     */
    public static List<Integer> widths(JsonObject json, String key, List<Integer> absent) {
        List<Integer> widths = json.integers(key, absent);
        if (widths.size() < 2 || widths.stream().anyMatch(width -> width < 1) || widths.getLast() != 1) {
            throw json.invalid(
                    key, "is %s, but a head has at least two widths of 1 or more and ends with 1".formatted(widths));
        }
        return widths;
    }

    /**
     * Builds the head.
     *
     * @param widths the widths of the layers, at least two, from the embedding's to 1
     * @param p the layers by number; all but the last two are followed by a dropout, which has a number and no effect
     *     here
     */
    public ScoreHead(List<Integer> widths, Parameters p) {
        this.width = widths.getFirst();
        int last = widths.size() - 2;
        for (int i = 0; i <= last; i++) {
            int number = i == last && i > 0 ? 2 * i - 1 : 2 * i;
            layers.add(Linear.of(p.at(Integer.toString(number)), widths.get(i), widths.get(i + 1))::forward);
        }
    }

    /** Returns the number of numbers of an embedding. */
    public int width() {
        return width;
    }

    /**
     * Scores embeddings.
     *
     * @param vectors {@code [B, D]}
     * @throws dev.hypersd.error.InvalidRequestException if they have another width
     */
    public Tensor forward(Tensor vectors) {
        Shapes.require("the vectors", vectors, Shapes.ANY, width);
        return TensorScope.chain(vectors, layers);
    }
}

package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Embedding;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The text encoder of BLIP: BERT with attention to a picture in every layer. */
final class BlipText {
    static final double EPS = 1e-12;

    private final PreferenceConfig.Text config;
    private final Embedding words;
    private final Embedding positions;
    private final LayerNorm norm;
    private final List<TextLayer> layers;

    /** @param picture width of the picture's tokens */
    BlipText(PreferenceConfig.Text config, long picture, Parameters p) {
        this.config = config;
        Parameters embeddings = p.at("embeddings");
        this.words = new Embedding(embeddings.at("word_embeddings"), config.vocabulary(), config.width());
        this.positions = new Embedding(embeddings.at("position_embeddings"), config.positions(), config.width());
        this.norm = new LayerNorm(embeddings.at("LayerNorm"), config.width(), EPS);
        this.layers = IntStream.range(0, config.layers())
                .mapToObj(i -> new TextLayer(p.at("encoder.layer." + i), config, picture))
                .toList();
    }

    /**
     * The hidden states {@code [B, N, D]}.
     *
     * @param ids I64 {@code [B, N]}
     * @param mask I64 {@code [B, N]}: 1 for words, 0 for padding
     * @param picture {@code [B, M, P]}
     */
    Tensor forward(Tensor ids, Tensor mask, Tensor picture) {
        Shapes.require("the token ids", ids, picture.size(0), Shapes.ANY);
        Shapes.require("the mask", mask, picture.size(0), ids.size(1));
        if (ids.size(1) > config.positions()) {
            throw new InvalidRequestException("a text of %d tokens is too long for a text encoder with %d positions"
                    .formatted(ids.size(1), config.positions()));
        }
        return scoped(() -> {
            Tensor begin =
                    norm.forward(words.forward(ids).add_(positions.table().narrow(0, 0, ids.size(1))));
            Tensor seen = mask.ne(new Scalar(0)).unsqueeze(1).unsqueeze(1);
            return TensorScope.chain(
                    begin,
                    layers.stream()
                            .<Step>map(layer -> h -> layer.forward(h, picture, seen))
                            .toList());
        });
    }
}

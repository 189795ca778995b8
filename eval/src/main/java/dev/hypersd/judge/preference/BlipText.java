package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Embedding;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The text encoder of BLIP: BERT with cross-attention to a picture in every layer. */
final class BlipText {
    private static final double EPS = 1e-12;

    private final PreferenceConfig.Text config;
    private final Embedding words;
    private final Embedding positions;
    private final LayerNorm norm;
    private final List<TextLayer> layers;

    /**
     * Builds the encoder.
     *
     * @param picture the width of the picture's tokens
     */
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
     * Computes the hidden states {@code [B, N, D]}.
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

    /** A layer of the text encoder: self-attention, cross-attention to the picture, and a feed-forward network. */
    private static final class TextLayer {
        private final TextAttention toText;
        private final TextAttention toPicture;
        private final Linear widen;
        private final Linear narrow;
        private final LayerNorm norm;

        TextLayer(Parameters p, PreferenceConfig.Text config, long picture) {
            this.toText = new TextAttention(p.at("attention"), config.width(), config.width(), config.heads());
            this.toPicture = new TextAttention(p.at("crossattention"), config.width(), picture, config.heads());
            this.widen = Linear.of(p.at("intermediate.dense"), config.width(), config.innerWidth());
            this.narrow = Linear.of(p.at("output.dense"), config.innerWidth(), config.width());
            this.norm = new LayerNorm(p.at("output.LayerNorm"), config.width(), EPS);
        }

        Tensor forward(Tensor x, Tensor picture, Tensor mask) {
            return chain(
                    x,
                    h -> toText.forward(h, h, Optional.of(mask)),
                    h -> toPicture.forward(h, picture, Optional.empty()),
                    h -> norm.forward(
                            narrow.forward(torch.gelu(widen.forward(h))).add_(h)));
        }
    }

    /**
     * Attention of text to itself or to pictures, followed by a residual connection and a LayerNorm, as in BERT: {@code
     * [B, N, D] -> [B, N, D]}.
     */
    private static final class TextAttention {
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;
        private final LayerNorm norm;
        private final long heads;

        /**
         * Builds the layer.
         *
         * @param seen the width of the keys' and values' input
         */
        TextAttention(Parameters p, long width, long seen, long heads) {
            this.query = Linear.of(p.at("self.query"), width, width);
            this.key = Linear.of(p.at("self.key"), seen, width);
            this.value = Linear.of(p.at("self.value"), seen, width);
            this.out = Linear.of(p.at("output.dense"), width, width);
            this.norm = new LayerNorm(p.at("output.LayerNorm"), width, EPS);
            this.heads = heads;
        }

        /**
         * Applies the layer.
         *
         * @param mask true for the keys that are seen, {@code [B, 1, 1, M]}; empty if all are
         */
        Tensor forward(Tensor x, Tensor seen, Optional<Tensor> mask) {
            Tensor q = query.forward(x);
            Tensor k = key.forward(seen);
            Tensor v = value.forward(seen);
            Tensor mixed =
                    mask.map(m -> Attention.masked(q, k, v, heads, m)).orElseGet(() -> Attention.apply(q, k, v, heads));
            return norm.forward(out.forward(mixed).add_(x));
        }
    }
}

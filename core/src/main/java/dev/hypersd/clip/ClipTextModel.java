package dev.hypersd.clip;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.Embedding;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A CLIP text encoder: token and position embeddings, causal transformer layers, a final LayerNorm, pooling.
 *
 * <p>Padding is not masked: a token sees everything before it, and nothing after the end of the text reaches back.
 * Stateless, so safe to share; adapters that are active in the call apply.
 */
public final class ClipTextModel {
    private static final String PREFIX = "text_model.";
    private static final String PROJECTION = "text_projection";

    private final ClipTextConfig config;
    private final Embedding tokens;
    private final Embedding positions;
    private final ClipTransformer encoder;
    private final LayerNorm finalNorm;
    private final Optional<Linear> projection;

    /**
     * Builds the encoder.
     *
     * @param p the parameters, named as in {@link #named}
     */
    public ClipTextModel(ClipTextConfig config, Parameters p) {
        this.config = config;
        Parameters model = p.at("text_model");
        this.tokens = new Embedding(model.at("embeddings.token_embedding"), config.vocabulary(), config.width());
        this.positions =
                new Embedding(model.at("embeddings.position_embedding"), config.longestPrompt(), config.width());
        this.encoder = new ClipTransformer(model.at("encoder"), config.transformer(), Attention::causal);
        this.finalNorm = new LayerNorm(model.at("final_layer_norm"), config.width(), config.eps());
        this.projection = config.projection().isEmpty()
                ? Optional.empty()
                : Optional.of(Linear.unbiased(
                        p.at(PROJECTION), config.width(), config.projection().getAsInt()));
    }

    /**
     * Returns a file's tensors by the names that this network uses: with {@code text_model.} before all but the
     * projection, which the newest files leave out, and without {@code position_ids}, which are not weights.
     */
    public static WeightSource named(WeightSource file) {
        return WeightView.renamed(file, name -> {
            if (name.endsWith("embeddings.position_ids")) {
                return Optional.empty();
            }
            boolean whole = name.startsWith(PREFIX) || name.startsWith(PROJECTION + ".");
            return Optional.of(whole ? name : PREFIX + name);
        });
    }

    public ClipTextConfig config() {
        return config;
    }

    /**
     * Encodes a batch of prompts. The tensors of the result belong to the caller's scope.
     *
     * @param ids I64 {@code [B, N]}, {@code N} at most {@link ClipTextConfig#longestPrompt}
     * @throws InvalidRequestException if there are more tokens, or an id is none of the vocabulary's
     */
    public ClipTextOutput forward(Tensor ids) {
        return forward(ids, Optional.empty());
    }

    /**
     * Encodes a batch of prompts with tokens beyond the vocabulary, as {@link #forward(Tensor)}.
     *
     * @param added the vectors of those tokens
     */
    public ClipTextOutput forward(Tensor ids, Optional<TokenVectors> added) {
        long[] given =
                check(ids, config.vocabulary() + added.map(TokenVectors::count).orElse(0));
        long[] idValues = added.map(vectors -> vectors.known(given)).orElse(given);
        long batch = ids.size(0);
        int length = (int) ids.size(1);
        List<Tensor> hidden = encoder.forward(scoped(() -> {
            Tensor embedded = tokens.forward(Tensors.of(idValues, batch, length).to(ids.device(), ids.scalar_type()));
            added.ifPresent(vectors -> vectors.put(embedded, given));
            return embedded.add_(positions.table().narrow(0, 0, length));
        }));
        Tensor last = finalNorm.forward(hidden.getLast());
        Tensor pooled = scoped(() -> {
            Tensor rows = Tensors.of(poolingRows(idValues, length), batch).to(last.device(), ids.scalar_type());
            Tensor ends = last.flatten(0, 1).index_select(0, rows);
            return projection.map(p -> p.forward(ends)).orElse(ends);
        });
        return new ClipTextOutput(last, hidden, pooled);
    }

    /**
     * Returns the text embeddings of SD 1.5 when the last {@code layers} layers are skipped (clip skip): the hidden
     * state before these layers, after the final LayerNorm. 0 gives {@link ClipTextOutput#lastHiddenState}.
     *
     * @throws InvalidRequestException if the model has fewer layers
     */
    public Tensor clipSkip(ClipTextOutput output, int layers) {
        return finalNorm.forward(output.without(layers));
    }

    private long[] check(Tensor ids, int known) {
        Shapes.require("the token ids", ids, Shapes.ANY, Shapes.ANY);
        if (ids.size(1) > config.longestPrompt()) {
            throw new InvalidRequestException("a prompt of %d tokens is too long for a text encoder with %d positions"
                    .formatted(ids.size(1), config.longestPrompt()));
        }
        long[] values = Tensors.toLongs(ids);
        for (long id : values) {
            if (id < 0 || id >= known) {
                throw new InvalidRequestException(
                        ("token id %d is outside of the text encoder's vocabulary of %d; the tokenizer is of another "
                                        + "model")
                                .formatted(id, known));
            }
        }
        return values;
    }

    /** Returns the position of the end of each prompt, counted through all prompts of the batch. */
    private long[] poolingRows(long[] ids, int length) {
        return IntStream.range(0, ids.length / length)
                .mapToLong(prompt -> (long) prompt * length + endOfText(ids, prompt * length, length))
                .toArray();
    }

    /**
     * Returns the position of the first end-of-text token, or 0 where there is none; with {@link
     * ClipTextConfig#LEGACY_END_OF_TEXT} the position of the largest id.
     */
    private int endOfText(long[] ids, int begin, int length) {
        boolean legacy = config.endOfText() == ClipTextConfig.LEGACY_END_OF_TEXT;
        int end = 0;
        for (int i = 1; i < length; i++) {
            long best = ids[begin + end];
            long id = ids[begin + i];
            boolean better = legacy ? id > best : id == config.endOfText() && best != config.endOfText();
            end = better ? i : end;
        }
        return end;
    }

    /**
     * Vectors for tokens beyond a text encoder's vocabulary: token {@code vocabulary + i} is {@code table[i]}, as
     * textual inversion learns them (Gal et al., 2022).
     *
     * @param vocabulary the vocabulary of the encoder
     * @param table {@code [count, D]}, in the encoder's type
     */
    public record TokenVectors(int vocabulary, Tensor table) {
        /** Returns the number of vectors. */
        int count() {
            return (int) table.size(0);
        }

        /** Returns the ids with 0 in place of those beyond the vocabulary. */
        long[] known(long... ids) {
            long[] known = ids.clone();
            for (int i = 0; i < known.length; i++) {
                known[i] = ids[i] >= vocabulary ? 0 : ids[i];
            }
            return known;
        }

        /**
         * Replaces the embeddings of tokens beyond the vocabulary by their vectors.
         *
         * @param embedded the embeddings of {@link #known}, {@code [B, N, D]}; changed in place
         * @param ids {@code B * N}
         */
        void put(Tensor embedded, long... ids) {
            int length = (int) embedded.size(1);
            for (int i = 0; i < ids.length; i++) {
                if (ids[i] >= vocabulary) {
                    embedded.select(0, i / length).select(0, i % length).copy_(table.select(0, ids[i] - vocabulary));
                }
            }
        }
    }
}

package dev.hypersd.model;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.clip.ClipTextModel.TokenVectors;
import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A tokenizer and the text encoder that takes its tokens.
 *
 * @param tokenizer the tokenizer
 * @param network the text encoder
 * @param learned the vectors of textual inversion embeddings, beyond the network's vocabulary
 */
public record TextEncoder(ClipTokenizer tokenizer, ClipTextModel network, Optional<TokenVectors> learned) {
    /** Refuses a tokenizer with ids beyond the network's vocabulary. */
    public TextEncoder {
        if (tokenizer.vocabularySize() > network.config().vocabulary()) {
            throw new HyperSdException(
                    "the tokenizer's vocab.json has ids up to %d, the text encoder knows %d; they are not of one model"
                            .formatted(
                                    tokenizer.vocabularySize() - 1,
                                    network.config().vocabulary()));
        }
    }

    /**
     * Encodes token ids. The result belongs to the caller's scope.
     *
     * @param ids I64 {@code [B, N]}
     */
    public ClipTextOutput read(Tensor ids) {
        return network.forward(ids, learned);
    }

    /**
     * Returns this encoder extended by textual inversion embeddings, whose table belongs to the caller's scope.
     *
     * @param words the vectors of each, {@code [count, D]} in the network's type
     */
    TextEncoder with(Map<String, Tensor> words) {
        int vocabulary = network.config().vocabulary();
        Map<String, List<Integer>> ids = new LinkedHashMap<>();
        List<Tensor> table = new ArrayList<>();
        int next = vocabulary;
        for (Map.Entry<String, Tensor> word : words.entrySet()) {
            int count = (int) word.getValue().size(0);
            ids.put(word.getKey(), IntStream.range(next, next + count).boxed().toList());
            table.add(word.getValue());
            next += count;
        }
        return new TextEncoder(
                tokenizer.with(ids), network, Optional.of(new TokenVectors(vocabulary, Tensors.cat(0, table))));
    }
}

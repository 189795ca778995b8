package dev.hypersd.model;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.tokenizer.ClipTokenizer;

/**
 * A tokenizer and the network that reads its tokens.
 *
 * @param tokenizer text to ids
 * @param network ids to hidden states
 */
public record TextEncoder(ClipTokenizer tokenizer, ClipTextModel network) {
    /** Refuses a tokenizer that makes ids which the network does not know. */
    public TextEncoder {
        if (tokenizer.vocabularySize() > network.config().vocabulary()) {
            throw new HyperSdException(
                    "the tokenizer's vocab.json has ids up to %d, the text encoder knows %d; they are not of one model"
                            .formatted(
                                    tokenizer.vocabularySize() - 1,
                                    network.config().vocabulary()));
        }
    }
}

package dev.hypersd.tokenizer;

import java.util.List;

/**
 * The token ids of a prompt for a text encoder.
 *
 * @param ids the begin token, words, the end token, then padding up to the tokenizer's {@linkplain
 *     ClipTokenizer#length() length}
 * @param cut the end of the prompt (normalised: lower case, single spaces) that was truncated and does not affect the
 *     picture; may be empty. A word that was truncated is here as a whole
 */
public record Tokens(List<Integer> ids, String cut) {
    public Tokens {
        ids = List.copyOf(ids);
    }
}

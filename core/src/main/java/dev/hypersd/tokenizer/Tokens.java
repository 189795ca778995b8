package dev.hypersd.tokenizer;

import java.util.List;

/**
 * A prompt as a text encoder takes it.
 *
 * @param ids begin, the words, end, then padding up to the tokenizer's {@linkplain ClipTokenizer#length() length}
 * @param cut the end of the prompt (normalised: lower case, single spaces) that did not fit and has no influence on the
 *     picture; empty if everything fitted. A word that fitted in part is here as a whole.
 */
public record Tokens(List<Integer> ids, String cut) {
    public Tokens {
        ids = List.copyOf(ids);
    }
}

package dev.hypersd.evaluation;

import java.util.List;

/**
 * What models are compared with.
 *
 * @param others judgements of as many other pictures, which distances are measured to
 * @param autoencoder figures of the data after encoding and decoding
 * @param data figures of the pictures that the prompts were written for
 */
public record References(List<Judgement> others, Figures autoencoder, Figures data) {
    public References {
        others = List.copyOf(others);
    }
}

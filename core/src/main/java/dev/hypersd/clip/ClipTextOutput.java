package dev.hypersd.clip;

import dev.hypersd.error.InvalidRequestException;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The output of a text encoder for a batch of prompts.
 *
 * @param lastHiddenState the last hidden state after the final LayerNorm, {@code [B, N, D]}
 * @param hiddenStates the embeddings and the output of each layer, before the final LayerNorm
 * @param pooled one vector for each prompt: the last hidden state at the end of the text {@code [B, D]}, projected to
 *     {@code [B, P]} where the model does that
 */
public record ClipTextOutput(Tensor lastHiddenState, List<Tensor> hiddenStates, Tensor pooled) {
    public ClipTextOutput {
        hiddenStates = List.copyOf(hiddenStates);
    }

    /**
     * Returns the hidden state before the last {@code layers} layers, without the final LayerNorm. SDXL uses 1.
     *
     * @throws InvalidRequestException if the model has fewer layers
     */
    public Tensor without(int layers) {
        int last = hiddenStates.size() - 1;
        if (layers < 0 || layers > last) {
            throw new InvalidRequestException(
                    "cannot skip the last %d layers of a text encoder with %d".formatted(layers, last));
        }
        return hiddenStates.get(last - layers);
    }
}

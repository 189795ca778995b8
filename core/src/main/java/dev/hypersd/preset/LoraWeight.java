package dev.hypersd.preset;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Path;

/**
 * A LoRA to lay over the model for one request.
 *
 * @param file a safetensors file in any of the usual spellings
 * @param weight how strongly it applies: 1 as trained, 0 not at all, negative turns it round
 * @param fit what to do with a file of which only some modules fit the model
 * @param alphas which alpha counts for a module where a file has different ones
 */
public record LoraWeight(Path file, double weight, Fit fit, Alphas alphas) {
    /** What becomes of a LoRA that does not fit in whole. */
    public enum Fit {
        /** It is refused. */
        WHOLE,
        /** What fits is applied, the rest is named in a warning. */
        PARTIAL
    }

    /** A LoRA that has to fit in whole, with the alphas that its file says. */
    public LoraWeight(Path file, double weight) {
        this(file, weight, Fit.WHOLE, Alphas.OWN);
    }

    public LoraWeight {
        if (!Double.isFinite(weight)) {
            throw new InvalidRequestException("the weight of LoRA " + file + " must be a number, not " + weight);
        }
    }
}

package dev.hypersd.preset;

import dev.hypersd.tensor.Multiplier;
import java.nio.file.Path;

/**
 * A LoRA file and how a request applies it.
 *
 * @param file a safetensors file in any of the usual spellings
 * @param weight the strength: 1 as trained, 0 without effect, negative for the opposite effect
 * @param fit whether all modules must fit the model
 * @param alphas the choice of the effective alphas where a file has different ones
 */
public record LoraWeight(Path file, double weight, Fit fit, Alphas alphas) {
    /** The treatment of a LoRA that fits the model only partly. */
    public enum Fit {
        /** The file is refused. */
        WHOLE,
        /** The modules that fit are applied, the others are named in a warning. */
        PARTIAL
    }

    /** Creates a LoRA that must fit completely, with the alphas in its file. */
    public LoraWeight(Path file, double weight) {
        this(file, weight, Fit.WHOLE, Alphas.OWN);
    }

    public LoraWeight {
        Multiplier.check("the weight of LoRA " + file, weight);
    }
}

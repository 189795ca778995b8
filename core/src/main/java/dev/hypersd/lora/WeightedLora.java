package dev.hypersd.lora;

import dev.hypersd.tensor.Factors;

/**
 * A LoRA and its strength.
 *
 * @param strength 1 as trained, 0 without effect, negative for the opposite effect
 */
public record WeightedLora(Lora lora, double strength) {
    public WeightedLora {
        Factors.check("the weight of LoRA " + lora.file().path().getFileName(), strength);
    }
}

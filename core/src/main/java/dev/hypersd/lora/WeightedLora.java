package dev.hypersd.lora;

import dev.hypersd.tensor.Multiplier;

/**
 * A LoRA and its weight.
 *
 * @param weight 1 as trained, 0 without effect, negative for the opposite effect
 */
public record WeightedLora(Lora lora, double weight) {
    public WeightedLora {
        Multiplier.check("the weight of LoRA " + lora.file().path().getFileName(), weight);
    }
}

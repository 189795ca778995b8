package dev.hypersd.lora;

import dev.hypersd.error.InvalidRequestException;

/**
 * A LoRA and its strength.
 *
 * @param strength 1 as trained, 0 without effect, negative for the opposite effect
 */
public record WeightedLora(Lora lora, double strength) {
    public WeightedLora {
        if (!Double.isFinite(strength)) {
            throw new InvalidRequestException("the weight of LoRA %s must be a finite number, not %s"
                    .formatted(lora.file().path().getFileName(), strength));
        }
    }
}

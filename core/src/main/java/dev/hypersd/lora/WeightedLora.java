package dev.hypersd.lora;

import dev.hypersd.error.InvalidRequestException;

/**
 * A LoRA and how strongly to apply it.
 *
 * @param strength 1 as it was trained, 0 not at all, negative the opposite way
 */
public record WeightedLora(Lora lora, double strength) {
    public WeightedLora {
        if (!Double.isFinite(strength)) {
            throw new InvalidRequestException("the weight of LoRA %s must be a finite number, not %s"
                    .formatted(lora.file().path().getFileName(), strength));
        }
    }
}

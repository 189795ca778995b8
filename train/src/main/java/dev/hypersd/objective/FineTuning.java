package dev.hypersd.objective;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import java.util.Set;

/** How a finished model is changed. */
public sealed interface FineTuning {
    /**
     * A low-rank change beside the U-Net, for a few megabytes and little memory.
     *
     * @param rank at least 1; 4 to 64 are usual
     * @param alpha the change is multiplied with alpha / rank; usually the rank or half of it
     * @param layers which layers are changed, at least one kind
     * @param spelling of the file
     */
    record Lora(int rank, double alpha, Set<LoraLayers> layers, Spelling spelling) implements FineTuning {
        public Lora {
            layers = Set.copyOf(layers);
        }
    }

    /** All parameters of the U-Net. */
    record Full() implements FineTuning {}
}

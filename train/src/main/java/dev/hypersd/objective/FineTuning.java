package dev.hypersd.objective;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** How a pretrained model is changed. */
public sealed interface FineTuning {
    /**
     * A LoRA on the U-Net: a file of a few megabytes, and little memory.
     *
     * @param rank at least 1; 4 to 64 are usual
     * @param alpha the change is multiplied with alpha / rank; usually the rank or half of it
     * @param layers which layers are changed, at least one kind
     * @param spelling the spelling of the file
     * @param start a LoRA of this rank and these layers to go on from
     * @param over a LoRA that the network has already and keeps; what is learned is to be used together with it
     */
    record Lora(
            int rank,
            double alpha,
            Set<LoraLayers> layers,
            Spelling spelling,
            Optional<Path> start,
            Optional<Path> over)
            implements FineTuning {
        public Lora {
            layers = Set.copyOf(layers);
        }

        /** From nothing, over the network as it is. */
        public Lora(int rank, double alpha, Set<LoraLayers> layers, Spelling spelling) {
            this(rank, alpha, layers, spelling, Optional.empty(), Optional.empty());
        }
    }

    /** All parameters of the U-Net. */
    record Full() implements FineTuning {}
}

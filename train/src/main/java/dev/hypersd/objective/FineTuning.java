package dev.hypersd.objective;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The change of a pretrained model that is trained. */
public sealed interface FineTuning {
    /**
     * A LoRA on the U-Net: a file of a few megabytes, and little memory.
     *
     * @param rank at least 1; 4 to 64 are usual
     * @param alpha the change is multiplied by alpha / rank; usually the rank or half of it
     * @param layers the kinds of changed layers, at least one
     * @param spelling the spelling of the file
     * @param start a LoRA of this rank and these layers to start from
     * @param over a LoRA that is applied to the network and not trained; the result is to be used together with it
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

        /** Creates a LoRA that starts without effect, over the network itself. */
        public Lora(int rank, double alpha, Set<LoraLayers> layers, Spelling spelling) {
            this(rank, alpha, layers, spelling, Optional.empty(), Optional.empty());
        }
    }

    /** All parameters of the U-Net. */
    record Full() implements FineTuning {}
}

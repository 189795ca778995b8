package dev.hypersd.objective;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.nn.Parameter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The change of a pretrained model that is trained. */
public sealed interface FineTuning {
    /**
     * A LoRA on the U-Net: a file of a few megabytes, and little memory.
     *
     * @param rank at least 1; 4 to 64 are usual
     * @param alpha the change is multiplied by alpha / rank; usually the rank or half of it
     * @param layers the kinds of changed layers, at least one
     * @param trainable selects which of these layers are changed, by the names of their weights
     * @param spelling the spelling of the file
     * @param start a LoRA of this rank and these layers to start from
     * @param over a LoRA that is applied to the network and not trained; the result is to be used together with it
     * @param stated the settings for which it is trained, as metadata of its file
     */
    record Lora(
            int rank,
            double alpha,
            Set<LoraLayers> layers,
            Predicate<String> trainable,
            Spelling spelling,
            Optional<Path> start,
            Optional<Path> over,
            Map<String, String> stated)
            implements FineTuning {
        public Lora {
            layers = Set.copyOf(layers);
            stated = Map.copyOf(stated);
        }

        /** Creates a LoRA that starts without effect, over the network itself. */
        public Lora(int rank, double alpha, Set<LoraLayers> layers, Spelling spelling) {
            this(rank, alpha, layers, _ -> true, spelling, Optional.empty(), Optional.empty(), Map.of());
        }
    }

    /**
     * The parameters of the U-Net themselves.
     *
     * @param trainable selects the trained ones by their names; the others are not changed
     */
    record Full(Predicate<String> trainable) implements FineTuning {
        /** Creates the change of all parameters. */
        public Full() {
            this(_ -> true);
        }
    }

    /**
     * Returns the parameters that are trained.
     *
     * @throws InvalidRequestException if there are none
     */
    static Map<String, Parameter> selected(Map<String, Parameter> parameters, Predicate<String> trainable) {
        Map<String, Parameter> selected = new LinkedHashMap<>(parameters);
        selected.keySet().removeIf(trainable.negate());
        if (selected.isEmpty()) {
            throw new InvalidRequestException("trainable matches no weight that could be trained; they have names such"
                    + " as " + parameters.keySet().iterator().next());
        }
        return selected;
    }
}

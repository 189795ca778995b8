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
     * Returns whether the text encoders stay in memory and encode captions anew in each step, because what is trained
     * changes what they do.
     */
    boolean trainsText();

    /**
     * A LoRA: a file of a few megabytes, and little memory.
     *
     * @param rank at least 1; 4 to 64 are usual
     * @param alpha the change is multiplied by alpha / rank; usually the rank or half of it
     * @param form an ordinary LoRA or a DoRA
     * @param targets the changed layers
     * @param spelling the spelling of the file
     * @param start a LoRA of this rank and these layers to start from
     * @param over a LoRA that is applied to the network and not trained; the result is to be used together with it
     * @param stated the settings for which it is trained, as metadata of its file
     */
    record Lora(
            int rank,
            double alpha,
            Form form,
            Targets targets,
            Spelling spelling,
            Optional<Path> start,
            Optional<Path> over,
            Map<String, String> stated)
            implements FineTuning {
        public Lora {
            stated = Map.copyOf(stated);
        }

        /** Creates a LoRA on the U-Net that starts without effect, over the network itself. */
        public Lora(int rank, double alpha, Set<LoraLayers> layers, Spelling spelling) {
            this(rank, alpha, Form.LORA, new Targets(layers), spelling, Optional.empty(), Optional.empty(), Map.of());
        }

        @Override
        public boolean trainsText() {
            return targets.textEncoders();
        }
    }

    /** The forms of low-rank changes. */
    enum Form {
        /** A low-rank matrix is added to a weight (Hu et al., 2021). */
        LORA,
        /** The direction and the magnitude of each row of a weight are changed separately (Liu et al., 2024). */
        DORA
    }

    /**
     * The layers that a LoRA changes.
     *
     * @param layers the kinds of layers of the U-Net, at least one
     * @param trainable selects which of these layers are changed, by the names of their weights
     * @param textEncoders whether the layers of the text encoders are changed too
     */
    record Targets(Set<LoraLayers> layers, Predicate<String> trainable, boolean textEncoders) {
        public Targets {
            layers = Set.copyOf(layers);
        }

        /** Creates targets in the U-Net alone. */
        public Targets(Set<LoraLayers> layers) {
            this(layers, _ -> true, false);
        }
    }

    /**
     * Vectors that stand for a new word in captions (textual inversion; Gal et al., 2022): a file of a few kilobytes.
     * The model itself is not changed.
     *
     * @param word the word, which captions have as a whole word
     * @param vectors their number, at least 1
     * @param start a text; the vectors begin as those of its tokens
     */
    record Word(String word, int vectors, String start) implements FineTuning {
        @Override
        public boolean trainsText() {
            return true;
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

        @Override
        public boolean trainsText() {
            return false;
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

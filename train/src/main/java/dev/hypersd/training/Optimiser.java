package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The rule by which weights follow their gradients, with what it remembers of earlier steps. */
sealed interface Optimiser permits AdamW, Muon {
    /**
     * Changes the weights by what their gradients say now.
     *
     * @param update how many there have been, this one included
     * @param rate the learning rate
     */
    void update(long update, double rate);

    /** What a checkpoint holds. */
    Map<String, Tensor> state();

    /** Returns the optimiser that {@code settings} ask for; {@code arena} owns what it remembers. */
    static Optimiser of(OptimiserSettings settings, TrainableWeights weights, TensorArena arena) {
        return switch (settings.method()) {
            case ADAMW ->
                new AdamW(settings, weights.values().all(), weights.gradients().all(), arena);
            case MUON -> new Muon(settings, weights.values(), weights.gradients(), arena);
        };
    }
}

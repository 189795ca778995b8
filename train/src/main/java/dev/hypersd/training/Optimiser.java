package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** An optimiser, with its state of earlier steps. */
sealed interface Optimiser permits AdamW, Muon {
    /**
     * Updates the weights by their present gradients.
     *
     * @param update the number of the update, counted from 1
     * @param rate the learning rate
     */
    void update(long update, double rate);

    /** Forgets what earlier gradients of {@code value}, one of the trained tensors, have left. */
    void forget(Tensor value);

    /** Returns the tensors of a checkpoint. */
    Map<String, Tensor> state();

    /** Creates the optimiser of {@code settings}, whose state {@code arena} owns. */
    static Optimiser of(OptimiserSettings settings, TrainableWeights weights, TensorArena arena) {
        return switch (settings.method()) {
            case ADAMW ->
                new AdamW(settings, weights.values().all(), weights.gradients().all(), arena);
            case MUON -> new Muon(settings, weights.values(), weights.gradients(), arena);
        };
    }
}

package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019, algorithm 2), on all weights of a learner at once. */
final class AdamW {
    private final OptimiserSettings settings;
    private final Tensor mean;
    private final Tensor square;

    /** @param count of weights */
    AdamW(OptimiserSettings settings, long count, TensorArena arena) {
        this.settings = settings;
        this.mean = arena.own(Tensors.empty(count).zero_());
        this.square = arena.own(Tensors.empty(count).zero_());
    }

    /**
     * One update.
     *
     * @param values changed in place, {@code [count]}
     * @param gradients {@code [count]}
     * @param update how many there have been, this one included
     */
    void update(Tensor values, Tensor gradients, long update, double rate) {
        double beta1 = settings.beta1();
        double beta2 = settings.beta2();
        TensorScope.released(() -> {
            mean.mul_(new Scalar(beta1)).add_(gradients, new Scalar(1 - beta1));
            square.mul_(new Scalar(beta2)).addcmul_(gradients, gradients, new Scalar(1 - beta2));
            Tensor spread = square.sqrt()
                    .div_(new Scalar(Math.sqrt(1 - Math.pow(beta2, update))))
                    .add_(new Scalar(settings.eps()));
            values.mul_(new Scalar(1 - rate * settings.weightDecay()));
            values.addcdiv_(mean, spread, new Scalar(-rate / (1 - Math.pow(beta1, update))));
            return update;
        });
    }

    /** What a checkpoint holds. */
    Map<String, Tensor> state() {
        return Map.of("mean", mean, "square", square);
    }
}

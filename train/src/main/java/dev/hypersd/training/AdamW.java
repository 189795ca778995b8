package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019, algorithm 2). */
final class AdamW implements Optimiser {
    private final OptimiserSettings settings;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor mean;
    private final Tensor square;

    /**
     * Creates the optimiser.
     *
     * @param values the values of any shape, changed in place
     * @param gradients the gradients of the same shape
     */
    AdamW(OptimiserSettings settings, Tensor values, Tensor gradients, TensorArena arena) {
        this.settings = settings;
        this.values = values;
        this.gradients = gradients;
        this.mean = arena.own(Tensors.empty(Tensors.shape(values)).zero_());
        this.square = arena.own(Tensors.empty(Tensors.shape(values)).zero_());
    }

    @Override
    public void update(long update, double rate) {
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

    /** Returns whether {@code value}, a view of the same memory, is among the values of this optimiser. */
    boolean updates(Tensor value) {
        long first = value.storage_offset() - values.storage_offset();
        return first >= 0 && first < values.numel();
    }

    @Override
    public void forget(Tensor value) {
        long first = value.storage_offset() - values.storage_offset();
        mean.view(-1).narrow(0, first, value.numel()).zero_();
        square.view(-1).narrow(0, first, value.numel()).zero_();
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of("mean", mean, "square", square);
    }
}

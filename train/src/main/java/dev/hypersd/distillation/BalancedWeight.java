package dev.hypersd.distillation;

import dev.hypersd.nn.GradientCheckpointing;
import dev.hypersd.nn.GradientCheckpointing.Value;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.Losses.Term;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The weight with which the gradient of a loss has a given norm, relative to that of a distance (Esser et al., 2021,
 * equation 7). The ratio of single batches fluctuates, so its average over the last hundred is used.
 */
final class BalancedWeight {
    private static final double GREATEST_WEIGHT = 10;
    private static final double TINY = 1e-12;
    private static final double DECAY = 0.99;

    private final double balance;

    /** The average, and the number of batches that it is of: {@code [2]}. */
    private final Tensor average;

    /**
     * Creates the weight.
     *
     * @param balance the norm of the loss's gradient with respect to the prediction, as a multiple of that of the
     *     distance
     */
    BalancedWeight(double balance, TensorArena arena) {
        this.balance = balance;
        this.average = arena.own(Tensors.empty(2).zero_());
    }

    /** Returns the state, which a checkpoint holds. */
    Tensor average() {
        return average;
    }

    /**
     * Returns a term whose gradient is that of {@code loss} at {@code prediction}, with the averaged weight. The
     * gradient of the loss is computed here, once; the term only hands it on.
     *
     * @param distance the distance of the predictions from the targets, with its weight
     */
    Term term(String name, Tensor prediction, Tensor distance, UnaryOperator<Tensor> loss) {
        if (!GradMode.is_enabled()) {
            return new Term(name, Math.max(Tensors.toFloats(average)[0], TINY), loss.apply(prediction));
        }
        Tensor at = prediction.detach().set_requires_grad(true);
        Value found = GradientCheckpointing.gradient(at, () -> loss.apply(at));
        double weight = weight(balance, norm(found.gradient()), norm(gradient(distance, prediction)));
        Tensor moved = prediction.sub(prediction.detach()).mul(found.gradient()).sum();
        return new Term(name, averaged(weight), found.value().add(moved));
    }

    /**
     * Returns the weight that makes the norm of a gradient {@code balance} times that of another one, at most
     * {@value #GREATEST_WEIGHT}.
     */
    static double weight(double balance, double norm, double distanceNorm) {
        return Math.min(balance * distanceNorm / Math.max(norm, TINY), GREATEST_WEIGHT);
    }

    /** Takes {@code weight} into the average, which is the plain mean of the first hundred, and returns it. */
    private double averaged(double weight) {
        return Gradients.off(() -> TensorScope.released(() -> {
            float[] before = Tensors.toFloats(average);
            double kept = Math.min(DECAY, before[1] / (before[1] + 1));
            float[] after = {(float) (kept * before[0] + (1 - kept) * weight), before[1] + 1};
            average.copy_(Tensors.of(after, 2));
            return (double) after[0];
        }));
    }

    /** Returns the gradient of {@code loss} with respect to {@code prediction}, whose history is kept. */
    private static Tensor gradient(Tensor loss, Tensor prediction) {
        return torch.grad(
                        new TensorVector(loss),
                        new TensorVector(prediction),
                        new TensorVector(),
                        new BoolOptional(true),
                        false,
                        false)
                .get(0);
    }

    private static double norm(Tensor gradient) {
        return TensorScope.released(() -> gradient.norm().item_double());
    }
}

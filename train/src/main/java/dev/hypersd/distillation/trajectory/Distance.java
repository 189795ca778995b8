package dev.hypersd.distillation.trajectory;

import dev.hypersd.tensor.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** How far a prediction is from its target: one number, the mean over everything. */
public sealed interface Distance {
    /** @return a scalar; gradients flow into {@code prediction} */
    Tensor between(Tensor prediction, Tensor target);

    /** The mean squared error. */
    record Squared() implements Distance {
        @Override
        public Tensor between(Tensor prediction, Tensor target) {
            return TensorScope.scoped(() -> prediction.sub(target).square().mean());
        }
    }

    /**
     * {@code sqrt(d^2 + c^2) - c}: squared near the target, absolute far from it (Song and Dhariwal, 2023).
     *
     * @param c where one becomes the other, above 0
     */
    record PseudoHuber(double c) implements Distance {
        @Override
        public Tensor between(Tensor prediction, Tensor target) {
            return TensorScope.scoped(() -> prediction
                    .sub(target)
                    .square()
                    .add(new Scalar(c * c))
                    .sqrt()
                    .sub(new Scalar(c))
                    .mean());
        }
    }
}

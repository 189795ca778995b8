package dev.hypersd.distillation;

import dev.hypersd.section.Section;
import dev.hypersd.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The distance of a prediction from its target: one number, the mean over all elements. */
sealed interface Distance {
    /** Returns the distance of every element; gradients flow into {@code difference}. */
    Tensor of(Tensor difference);

    /** Returns the distance, a scalar; gradients flow into {@code prediction}. */
    default Tensor between(Tensor prediction, Tensor target) {
        return TensorScope.scoped(() -> of(prediction.sub(target)).mean());
    }

    /**
     * Returns the distance, a scalar.
     *
     * @param weights the weight of each sample, {@code [B, 1, 1, 1]}
     */
    default Tensor between(Tensor prediction, Tensor target, Tensor weights) {
        return TensorScope.scoped(() -> of(prediction.sub(target)).mul(weights).mean());
    }

    /** Reads the keys {@code distance} and {@code huber}. */
    static Distance read(Section section) {
        SequencedMap<String, Supplier<Distance>> distances = new LinkedHashMap<>();
        distances.put("squared", Squared::new);
        distances.put("huber", () -> new PseudoHuber(section.number("huber", 1e-3, 1e-9, 10)));
        return section.choice("distance", "squared", distances).get();
    }

    /** The mean squared error. */
    record Squared() implements Distance {
        @Override
        public Tensor of(Tensor difference) {
            return difference.square();
        }
    }

    /**
     * The pseudo-Huber distance {@code sqrt(d^2 + c^2) - c}: squared for small differences, absolute for large ones
     * (Song and Dhariwal, 2023).
     *
     * @param c the difference at which one becomes the other, above 0
     */
    record PseudoHuber(double c) implements Distance {
        @Override
        public Tensor of(Tensor difference) {
            return difference.square().add(new Scalar(c * c)).sqrt().sub(new Scalar(c));
        }
    }
}

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
    /** Returns the distance, a scalar; gradients flow into {@code prediction}. */
    Tensor between(Tensor prediction, Tensor target);

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
        public Tensor between(Tensor prediction, Tensor target) {
            return TensorScope.scoped(() -> prediction.sub(target).square().mean());
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

package dev.hypersd.model;

import dev.hypersd.lora.Lora;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** The weights of a network with adapters merged into them, each when it is loaded. */
final class MergedWeights {
    /** A change and how strongly it counts. */
    record Part(Lora.Change change, double strength) {}

    private MergedWeights() {}

    /**
     * A view of {@code weights}, which it closes with itself.
     *
     * @param parts by the names of the weights that they change
     */
    static WeightSource of(WeightSource weights, Map<String, List<Part>> parts) {
        return WeightView.of(
                weights, tensor -> Stream.of(changed(tensor, parts.getOrDefault(tensor.name(), List.of()))));
    }

    /** Computed in F32, stored in the type that the weight had. */
    private static StoredTensor changed(StoredTensor tensor, List<Part> parts) {
        return parts.isEmpty()
                ? tensor
                : tensor.as(tensor.name(), tensor.shape(), base -> {
                    Tensor sum = base.to(Dtype.F32.scalarType());
                    for (Part part : parts) {
                        sum = part.change().added(sum, part.strength());
                    }
                    return sum.to(base.scalar_type());
                });
    }
}

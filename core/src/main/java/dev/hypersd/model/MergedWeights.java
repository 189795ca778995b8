package dev.hypersd.model;

import dev.hypersd.lora.WeightedChange;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The weights of a network with adapters merged into them, each when it is loaded. */
final class MergedWeights {
    private MergedWeights() {}

    /**
     * A view of {@code weights}, which it closes with itself.
     *
     * @param changes by the names of the weights that they change
     */
    static WeightSource of(WeightSource weights, Map<String, List<WeightedChange>> changes) {
        return WeightView.of(
                weights, tensor -> Stream.of(changed(tensor, changes.getOrDefault(tensor.name(), List.of()))));
    }

    /** Computed in F32, stored in the type that the weight had. */
    private static StoredTensor changed(StoredTensor tensor, List<WeightedChange> changes) {
        return changes.isEmpty()
                ? tensor
                : tensor.as(
                        tensor.name(),
                        tensor.shape(),
                        base -> WeightedChange.sum(base, changes).to(base.scalar_type()));
    }
}

package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Dtype;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The change of one parameter by a LoRA, and the weight of that LoRA.
 *
 * @param change the change, of a LoRA that is open
 * @param weight the weight, as in {@link WeightedLora}
 */
public record WeightedChange(Lora.Change change, double weight) {
    /**
     * Returns all changes by {@code loras}, grouped by the parameter that they change. LoRAs of weight 0 are ignored.
     */
    static Map<Parameter, List<WeightedChange>> byTarget(List<WeightedLora> loras) {
        Map<Parameter, List<WeightedChange>> changes = new LinkedHashMap<>();
        for (WeightedLora lora : loras) {
            if (lora.weight() != 0) {
                lora.lora()
                        .changes()
                        .forEach(change -> changes.computeIfAbsent(change.target(), target -> new ArrayList<>())
                                .add(new WeightedChange(change, lora.weight())));
            }
        }
        return changes;
    }

    /** Returns whether the change is a product of two factors, which a layer can compute beside its weight. */
    boolean isLowRank() {
        return change.module().magnitude().isEmpty() && change.module().delta() instanceof Delta.Product;
    }

    /**
     * Applies {@code changes} to {@code base}, in its type.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    static Weight over(Weight base, List<WeightedChange> changes) {
        Weight changed = base;
        for (WeightedChange weighted : changes) {
            changed = weighted.change.on(changed, weighted.weight);
        }
        return changed;
    }

    /**
     * Applies {@code changes} to {@code base} and returns one tensor in F32, whatever the type of {@code base}.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    public static Tensor sum(Tensor base, List<WeightedChange> changes) {
        return over(new Weight(base.to(Dtype.F32.scalarType())), changes).whole();
    }
}

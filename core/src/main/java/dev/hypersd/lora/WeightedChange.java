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
 * The change that a LoRA makes to one weight, and its strength.
 *
 * @param change of a LoRA that is open
 * @param strength as that of a {@link WeightedLora}
 */
public record WeightedChange(Lora.Change change, double strength) {
    /** Returns all that {@code loras} do, by the parameter that they do it to; strength 0 does nothing. */
    static Map<Parameter, List<WeightedChange>> byTarget(List<WeightedLora> loras) {
        Map<Parameter, List<WeightedChange>> changes = new LinkedHashMap<>();
        for (WeightedLora lora : loras) {
            if (lora.strength() != 0) {
                lora.lora()
                        .changes()
                        .forEach(change -> changes.computeIfAbsent(change.target(), target -> new ArrayList<>())
                                .add(new WeightedChange(change, lora.strength())));
            }
        }
        return changes;
    }

    /**
     * {@code base} with {@code changes}, in its type.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    static Weight over(Tensor base, List<WeightedChange> changes) {
        Weight changed = new Weight(base);
        for (WeightedChange weighted : changes) {
            changed = weighted.change.on(changed, weighted.strength);
        }
        return changed;
    }

    /**
     * Returns the same as one tensor in F32, whatever the type of {@code base}.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    public static Tensor sum(Tensor base, List<WeightedChange> changes) {
        return over(base.to(Dtype.F32.scalarType()), changes).whole();
    }
}

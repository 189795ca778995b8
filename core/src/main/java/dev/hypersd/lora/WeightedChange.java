package dev.hypersd.lora;

import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Dtype;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a LoRA does to one weight, and how strongly.
 *
 * @param strength as that of a {@link WeightedLora}
 */
public record WeightedChange(Lora.Change change, double strength) {
    /**
     * {@code base} with all of {@code changes}, F32 whatever its own type.
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    public static Tensor sum(Tensor base, List<WeightedChange> changes) {
        Weight sum = new Weight(base.to(Dtype.F32.scalarType()));
        for (WeightedChange weighted : changes) {
            sum = weighted.change.on(sum, weighted.strength);
        }
        return sum.whole();
    }
}

package dev.hypersd.lora;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Weight;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * LoRAs that are added to the weights at each use. This is slower than {@link MergedAdapters} but copies no weights,
 * which suits models whose weights are kept as stored. Immutable and safe to share while the LoRAs are open.
 */
public final class UnmergedAdapters implements Adapters {
    private final Map<Parameter, List<WeightedChange>> changes;

    /**
     * Creates the adapters.
     *
     * @param loras the LoRAs, which must stay open while this is used; those of weight 0 are ignored
     */
    public UnmergedAdapters(List<WeightedLora> loras) {
        this.changes = WeightedChange.byTarget(loras);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    @Override
    public Weight apply(Parameter parameter) {
        List<WeightedChange> own = changes.getOrDefault(parameter, List.of());
        if (own.isEmpty() || (parameter.packed().isPresent() && own.stream().allMatch(WeightedChange::isLowRank))) {
            return WeightedChange.over(parameter.unchanged(), own);
        }
        Tensor base = parameter.base().to(parameter.dtype().scalarType());
        return WeightedChange.over(new Weight(base), own);
    }
}

package dev.hypersd.lora;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Weight;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * LoRAs that are laid over weights each time these are used: slower than {@link MergedAdapters}, but without a copy of
 * any weight, and so for models whose weights stay as their file has them. Immutable and safe to share while the LoRAs
 * are open.
 */
public final class UnmergedAdapters implements Adapters {
    private final Map<Parameter, List<WeightedChange>> changes;

    /** @param loras to stay open for as long as this is used; strength 0 does nothing */
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
        Tensor base = parameter.base();
        List<WeightedChange> own = changes.getOrDefault(parameter, List.of());
        return own.isEmpty()
                ? new Weight(base)
                : WeightedChange.over(base.to(parameter.dtype().scalarType()), own);
    }
}

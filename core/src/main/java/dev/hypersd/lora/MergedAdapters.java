package dev.hypersd.lora;

import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Cancellation;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * LoRAs merged into copies of the weights that they change, so that the network computes at the same speed as without.
 *
 * <p>The original weights stay as they are, so removing the LoRAs is exact. Immutable and safe to share until closed.
 */
final class MergedAdapters implements Adapters, AutoCloseable {
    private final Map<Parameter, Weight> merged;
    private final TensorArena arena;

    private MergedAdapters(Map<Parameter, Weight> merged, TensorArena arena) {
        this.merged = merged;
        this.arena = arena;
    }

    /**
     * Computes {@code W + sum of weight * alpha / rank * up * down} for each parameter that one of {@code loras}
     * changes, in F32 whatever the type of the weights, one parameter after another. Between two of them the work may
     * be ended.
     *
     * @return the adapters, which own the merged weights
     * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
     */
    static MergedAdapters merge(List<WeightedLora> loras) {
        Map<Parameter, List<WeightedChange>> changes = WeightedChange.byTarget(loras);
        TensorArena arena = new TensorArena();
        try {
            return Engine.infer(() -> {
                Map<Parameter, Weight> merged = new HashMap<>();
                changes.forEach((target, sum) -> {
                    Cancellation.check();
                    merged.put(target, merged(target, sum, arena));
                });
                return new MergedAdapters(merged, arena);
            });
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static Weight merged(Parameter target, List<WeightedChange> changes, TensorArena arena) {
        Tensor sum = arena.own(TensorScope.scoped(() ->
                WeightedChange.sum(target.base(), changes).to(target.dtype().scalarType())));
        return new Weight(
                sum,
                List.of(),
                Optional.empty(),
                target.packed().map(packed -> arena.own(new PackedWeight(sum, packed.form(), packed.products()))));
    }

    @Override
    public Weight apply(Parameter parameter) {
        Weight changed = merged.get(parameter);
        return changed == null ? parameter.unchanged() : changed;
    }

    /** Returns the number of changed parameters. */
    int size() {
        return merged.size();
    }

    /** Frees the merged weights; no call may be using them. */
    @Override
    public void close() {
        arena.close();
    }
}

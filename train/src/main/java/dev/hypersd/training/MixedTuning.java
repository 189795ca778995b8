package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomTensors;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Some parameters learn in full and others by low-rank factors.
 *
 * @param full of which no parameter is among the other's targets, under names that the other's tensors do not have
 */
public record MixedTuning(FullTuning full, LowRankTuning lowRank) implements Tuning {
    @Override
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>(full.shapes());
        shapes.putAll(lowRank.shapes());
        return shapes;
    }

    @Override
    public void begin(Map<String, Tensor> tensors, RandomTensors random) {
        full.begin(part(tensors, full), random);
        lowRank.begin(part(tensors, lowRank), random);
    }

    @Override
    public Adapters over(Map<String, Tensor> tensors) {
        Set<Parameter> whole = new HashSet<>(full.parameters().values());
        Adapters replaced = full.over(part(tensors, full));
        Adapters changed = lowRank.over(part(tensors, lowRank));
        return parameter -> (whole.contains(parameter) ? replaced : changed).apply(parameter);
    }

    private static Map<String, Tensor> part(Map<String, Tensor> tensors, Tuning tuning) {
        Map<String, Tensor> part = new LinkedHashMap<>(tensors);
        part.keySet().retainAll(tuning.shapes().keySet());
        return part;
    }
}

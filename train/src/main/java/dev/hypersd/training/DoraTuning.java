package dev.hypersd.training;

import dev.hypersd.lora.Factors;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.TensorScope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains the direction of each row of a weight by low-rank factors, and its magnitude by itself (DoRA; Liu et al.,
 * 2024, equation 5): {@code W' = m (W + V) / |W + V|}, where {@code V} is the low-rank change and the norm is that of a
 * row. As in the paper (section 4.3) and in PEFT, no gradient flows through the norm, which takes much memory and
 * changes results little.
 *
 * @param lowRank the low-rank change
 */
public record DoraTuning(LowRankTuning lowRank) implements FactorTuning {
    private static final String MAGNITUDE = ".magnitude";

    /** The norm below which a row is treated as zero, as where files are read. */
    private static final double SHORTEST = 1e-7;

    @Override
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>(lowRank.shapes());
        lowRank.targets().forEach((name, target) -> shapes.put(name + MAGNITUDE, new long[] {target.shape()[0]}));
        return shapes;
    }

    /** Initialises the factors as {@link LowRankTuning} does, and the magnitudes with those that rows have then. */
    @Override
    public void begin(Map<String, Tensor> tensors, RandomTensors random) {
        Map<String, Tensor> factors = factorsOf(tensors);
        lowRank.begin(factors, random);
        Adapters changed = lowRank.over(factors);
        lowRank.targets()
                .forEach((name, target) -> magnitude(tensors, name)
                        .copy_(lengths(changed.apply(target).to(target.dtype()))));
    }

    @Override
    public Adapters over(Map<String, Tensor> tensors) {
        Adapters changed = lowRank.over(factorsOf(tensors));
        Map<Parameter, Tensor> magnitudes = new HashMap<>();
        lowRank.targets().forEach((name, target) -> magnitudes.put(target, magnitude(tensors, name)));
        return parameter -> {
            Tensor magnitude = magnitudes.get(parameter);
            if (magnitude == null) {
                return changed.apply(parameter);
            }
            Weight weight = changed.apply(parameter).to(parameter.dtype());
            return weight.scaled(magnitude.div(lengths(weight)));
        };
    }

    /** Returns the norm of each row, without gradients. */
    private static Tensor lengths(Weight weight) {
        return Gradients.off(() -> TensorScope.scoped(
                () -> weight.whole().flatten(1, -1).square().sum(1).sqrt().clamp_min(new Scalar(SHORTEST))));
    }

    @Override
    public List<Factors> factors(Map<String, Tensor> tensors) {
        Map<Parameter, Tensor> magnitudes = new HashMap<>();
        lowRank.targets().forEach((name, target) -> magnitudes.put(target, magnitude(tensors, name)));
        return lowRank.factors(factorsOf(tensors)).stream()
                .map(factors -> new Factors(
                        factors.target(),
                        factors.down(),
                        factors.up(),
                        factors.alpha(),
                        Optional.ofNullable(magnitudes.get(factors.target()))))
                .toList();
    }

    private Map<String, Tensor> factorsOf(Map<String, Tensor> tensors) {
        Map<String, Tensor> factors = new LinkedHashMap<>(tensors);
        factors.keySet().retainAll(lowRank.shapes().keySet());
        return factors;
    }

    private static Tensor magnitude(Map<String, Tensor> tensors, String name) {
        return LowRankTuning.tensor(tensors, name + MAGNITUDE);
    }
}

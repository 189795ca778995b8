package dev.hypersd.training;

import dev.hypersd.lora.Factors;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains low-rank factors (LoRA; Hu et al., 2021): {@code W + alpha / rank * up * down}.
 *
 * @param targets the changed weights {@code [out, in]} or {@code [out, in, k, k]}, by their names in checkpoints
 * @param rank the rank of the change
 * @param alpha usually the rank
 * @param below other changes of the network, which are not trained
 * @param start factors of this rank to start from, for all targets or none
 */
public record LowRankTuning(Map<String, Parameter> targets, int rank, double alpha, Adapters below, List<Factors> start)
        implements FactorTuning {
    private static final String DOWN = ".down";
    private static final String UP = ".up";

    public LowRankTuning {
        targets = new LinkedHashMap<>(targets);
        start = List.copyOf(start);
        if (rank < 1) {
            throw new IllegalArgumentException("the rank is " + rank + ", it must be at least 1");
        }
    }

    /** Creates a change of the network itself that starts without effect. */
    public LowRankTuning(Map<String, Parameter> targets, int rank, double alpha) {
        this(targets, rank, alpha, Adapters.NONE, List.of());
    }

    @Override
    public LowRankTuning bare() {
        return new LowRankTuning(targets, rank, alpha, Adapters.NONE, start);
    }

    /** Returns the factor of the product. */
    public double scale() {
        return alpha / rank;
    }

    @Override
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        targets.forEach((name, target) -> {
            long[] shape = target.shape();
            long[] down = shape.clone();
            down[0] = rank;
            long[] up = new long[shape.length];
            Arrays.fill(up, 1);
            up[0] = shape[0];
            up[1] = rank;
            shapes.put(name + DOWN, down);
            shapes.put(name + UP, up);
        });
        return shapes;
    }

    /**
     * Initialises the factors: {@code down} like a linear layer and {@code up} with zeros, so that they have no effect;
     * or with the given factors.
     */
    @Override
    public void begin(Map<String, Tensor> tensors, RandomTensors random) {
        tensors.forEach((name, tensor) -> {
            if (name.endsWith(UP)) {
                tensor.zero_();
            } else {
                tensor.copy_(random.draw(Init.fanIn(tensor.numel() / rank), Dtype.F32, Tensors.shape(tensor)));
            }
        });
        Map<Parameter, Factors> known = new HashMap<>();
        start.forEach(factors -> known.put(factors.target(), factors));
        targets.forEach((name, target) -> {
            Factors factors = known.get(target);
            if (factors != null) {
                Tensor down = tensor(tensors, name + DOWN);
                Tensor up = tensor(tensors, name + UP);
                down.copy_(factors.down().view(Tensors.shape(down)));
                up.copy_(factors.up().view(Tensors.shape(up)).mul(new Scalar(factors.scale() / scale())));
            }
        });
    }

    @Override
    public Adapters over(Map<String, Tensor> tensors) {
        Map<Parameter, LowRank> changes = new HashMap<>();
        factors(tensors).forEach(factors -> changes.put(factors.target(), factors.change()));
        return parameter -> {
            Weight weight = below.apply(parameter);
            LowRank change = changes.get(parameter);
            return change == null ? weight : weight.with(change);
        };
    }

    @Override
    public List<Factors> factors(Map<String, Tensor> tensors) {
        List<Factors> factors = new ArrayList<>();
        targets.forEach((name, target) ->
                factors.add(new Factors(target, tensor(tensors, name + DOWN), tensor(tensors, name + UP), alpha)));
        return factors;
    }

    /** Returns the trained tensor {@code name}, which must exist. */
    static Tensor tensor(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no factor is called " + name);
        }
        return tensor;
    }
}

package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * All given parameters are trained: the trained tensors take the place of the network's own, which do not change.
 *
 * @param parameters by the names that checkpoints use
 */
public record FullTuning(Map<String, Parameter> parameters) implements Tuning {
    public FullTuning {
        parameters = new LinkedHashMap<>(parameters);
    }

    @Override
    public Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> shapes.put(name, parameter.shape()));
        return shapes;
    }

    @Override
    public void begin(Map<String, Tensor> tensors, RandomTensors random) {
        tensors.forEach((name, tensor) -> tensor.copy_(base(name)));
    }

    @Override
    public Adapters over(Map<String, Tensor> tensors) {
        Map<Parameter, Tensor> learned = new HashMap<>();
        parameters.forEach((name, parameter) -> learned.put(parameter, tensors.get(name)));
        return parameter -> new Weight(learned.getOrDefault(parameter, parameter.base()));
    }

    private Tensor base(String name) {
        Parameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("no parameter is called " + name);
        }
        return parameter.base();
    }
}

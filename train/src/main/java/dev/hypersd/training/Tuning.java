package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The trained parameters of a network, and how the trained tensors change the network. */
public sealed interface Tuning permits Tuning.Full, FactorTuning, Tuning.Mixed {
    /** Returns the shapes of the trained tensors, by name. */
    Map<String, long[]> shapes();

    /** Initialises {@code tensors}, which have {@link #shapes}, so that the network is not changed yet. */
    void begin(Map<String, Tensor> tensors, RandomTensors random);

    /** Returns the adapters that change the network by {@code tensors}, differentiable in them. */
    Adapters over(Map<String, Tensor> tensors);

    /** Returns this without other changes of the network below it, which are not trained. */
    default Tuning bare() {
        return this;
    }

    /**
     * Trains parameters in full: the trained tensors replace the network's own, which are not changed.
     *
     * @param parameters the parameters by their names in checkpoints
     */
    record Full(Map<String, Parameter> parameters) implements Tuning {
        public Full {
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

    /**
     * Trains some parameters in full and others by low-rank factors.
     *
     * @param full the parameters that are trained in full, none of which is a target of {@code lowRank}, and whose
     *     names differ from those of its tensors
     */
    record Mixed(Full full, LowRankTuning lowRank) implements Tuning {
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
}

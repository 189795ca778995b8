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

/** Which parameters of a network are trained, and how the trained tensors change the network. */
public sealed interface Tuning permits Tuning.Full, LowRankTuning, Tuning.Mixed {
    /** Returns the tensors that learn, by name. */
    Map<String, long[]> shapes();

    /** Fills {@code tensors}, which has {@link #shapes}, so that the network starts as it is. */
    void begin(Map<String, Tensor> tensors, RandomTensors random);

    /** Returns the network changed by {@code tensors}; differentiable in them. */
    Adapters over(Map<String, Tensor> tensors);

    /**
     * All given parameters are trained: the trained tensors take the place of the network's own, which do not change.
     *
     * @param parameters by the names that checkpoints use
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
     * Some parameters learn in full and others by low-rank factors.
     *
     * @param full a tuning of which no parameter is among the other's targets, under names that the other's tensors do
     *     not have
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

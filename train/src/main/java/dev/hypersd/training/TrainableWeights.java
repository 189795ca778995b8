package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.tensor.MachineMemory;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The trained tensors of a {@link Tuning}, with their gradients and their exponential moving average (EMA). */
public final class TrainableWeights {
    private final FlatTensors values;
    private final FlatTensors gradients;
    private final FlatTensors averages;
    private final double decay;
    private final Adapters current;
    private final Adapters frozen;
    private final Adapters average;
    private final Adapters bare;
    private final Adapters bareAverage;

    /**
     * Creates the tensors.
     *
     * @param decay the decay of the average, 0 for none to 0.9999; without an average, the newest weights are used in
     *     its place and no memory is taken
     * @param seed the seed of random initial values
     * @param arena the owner of all tensors
     * @throws dev.hypersd.error.InvalidRequestException if there is not enough memory for them
     */
    public TrainableWeights(Tuning tuning, double decay, long seed, TensorArena arena) {
        Map<String, long[]> shapes = tuning.shapes();
        TrainingMemory.requireWeights(
                shapes.values().stream().mapToLong(Shapes::count).sum(), decay > 0, MachineMemory.available());
        this.values = FlatTensors.zeros(shapes, arena);
        this.gradients = FlatTensors.zeros(shapes, arena);
        this.decay = decay;
        FlatTensors newest = new FlatTensors(values.all(), withoutGradients(values.named(), arena));
        this.averages = decay > 0 ? FlatTensors.zeros(shapes, arena) : newest;
        TensorScope.released(() -> {
            tuning.begin(values.named(), new RandomTensors(seed));
            return averages.all().copy_(values.all()).numel();
        });
        values.named().forEach((name, tensor) -> {
            tensor.set_requires_grad(true);
            tensor.mutable_grad().put(gradients.named().get(name));
        });
        this.current = tuning.over(values.named());
        this.frozen = tuning.over(newest.named());
        this.average = tuning.over(averages.named());
        this.bare = tuning.bare().over(values.named());
        this.bareAverage = tuning.bare().over(averages.named());
    }

    /** Returns the adapters of the present weights, into which gradients flow. */
    public Adapters current() {
        return current;
    }

    private static Map<String, Tensor> withoutGradients(Map<String, Tensor> tensors, TensorArena arena) {
        Map<String, Tensor> views = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> views.put(name, arena.own(tensor.detach())));
        return views;
    }

    /** Returns the adapters of the present weights without gradients, for the training of other networks. */
    public Adapters frozen() {
        return frozen;
    }

    /** Returns the adapters of the averaged weights, without gradients. */
    public Adapters average() {
        return average;
    }

    /**
     * Returns the adapters of the present weights without other changes of the network below them; gradients flow into
     * the weights.
     */
    public Adapters bare() {
        return bare;
    }

    /** Returns the adapters of the averaged weights without other changes of the network below them. */
    public Adapters bareAverage() {
        return bareAverage;
    }

    /** Returns the averaged tensors by name, which are the result. They change with every step. */
    public Map<String, Tensor> averaged() {
        return Collections.unmodifiableMap(averages.named());
    }

    FlatTensors values() {
        return values;
    }

    FlatTensors gradients() {
        return gradients;
    }

    /**
     * Updates the average with the newest values; with a lower decay in the first steps, so that the initial values are
     * soon forgotten.
     */
    void updateAverage(long step) {
        if (decay > 0) {
            double kept = Math.min(decay, (1.0 + step) / (10.0 + step));
            averages.all().lerp_(values.all(), new Scalar(1 - kept));
        }
    }

    /** Scales the gradients so that their norm is at most {@code limit}, and returns the norm before. */
    double clip(double limit) {
        double norm = torch.norm(gradients.all()).item_double();
        if (norm > limit) {
            gradients.all().mul_(new Scalar(limit / norm));
        }
        return norm;
    }

    /** Returns the tensors of a checkpoint: present tensors by name, and the averaged ones if there is an average. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        values.named().forEach((name, tensor) -> state.put("current/" + name, tensor.detach()));
        if (decay > 0) {
            averages.named().forEach((name, tensor) -> state.put("average/" + name, tensor));
        }
        return state;
    }

    /**
     * Named F32 tensors in one piece of memory, so that an optimiser's update is one operation on all of them.
     *
     * @param all one-dimensional, with every element of every tensor in order
     * @param named the tensors, as views of it
     */
    record FlatTensors(Tensor all, Map<String, Tensor> named) {
        /** Creates tensors of zeros, which {@code arena} owns. */
        static FlatTensors zeros(Map<String, long[]> shapes, TensorArena arena) {
            long count = shapes.values().stream().mapToLong(Shapes::count).sum();
            Tensor all = arena.own(Tensors.empty(count).zero_());
            Map<String, Tensor> named = new LinkedHashMap<>();
            long offset = 0;
            for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
                long length = Shapes.count(entry.getValue());
                named.put(
                        entry.getKey(),
                        arena.own(all.narrow(0, offset, length)
                                .view(entry.getValue())
                                .detach()));
                offset += length;
            }
            return new FlatTensors(all, named);
        }

        /** Returns the tensor {@code name}, which must exist. */
        Tensor get(String name) {
            return Objects.requireNonNull(named.get(name), name);
        }
    }
}

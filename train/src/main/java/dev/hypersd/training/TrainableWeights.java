package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.RandomTensors;
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

/**
 * The tensors of a {@link Tuning} while they learn, with their gradients and their average over the last steps (an
 * exponential moving average, EMA).
 */
public final class TrainableWeights {
    private final FlatTensors values;
    private final FlatTensors gradients;
    private final FlatTensors averages;
    private final double decay;
    private final Adapters current;
    private final Adapters frozen;
    private final Adapters average;

    /**
     * @param decay the decay of the average, 0 for none to 0.9999; where there is none, the newest weights stand for it
     *     and take no more memory
     * @param seed the seed of what starts at random
     * @param arena the owner of everything
     */
    public TrainableWeights(Tuning tuning, double decay, long seed, TensorArena arena) {
        Map<String, long[]> shapes = tuning.shapes();
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
    }

    /** Returns the network as it is now; gradients flow into these weights. */
    public Adapters current() {
        return current;
    }

    private static Map<String, Tensor> withoutGradients(Map<String, Tensor> tensors, TensorArena arena) {
        Map<String, Tensor> views = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> views.put(name, arena.own(tensor.detach())));
        return views;
    }

    /** Returns the network as it is now, for others that learn from it: no gradients flow into these weights. */
    public Adapters frozen() {
        return frozen;
    }

    /** Returns the network with the averaged weights, without gradients. */
    public Adapters average() {
        return average;
    }

    /** Returns the averaged tensors by name: what is worth keeping in the end. They change with every step. */
    public Map<String, Tensor> averaged() {
        return Collections.unmodifiableMap(averages.named());
    }

    FlatTensors values() {
        return values;
    }

    FlatTensors gradients() {
        return gradients;
    }

    /** Takes the newest values into the average; at first more of them, so that the beginning is soon forgotten. */
    void updateAverage(long step) {
        if (decay > 0) {
            double kept = Math.min(decay, (1.0 + step) / (10.0 + step));
            averages.all().lerp_(values.all(), new Scalar(1 - kept));
        }
    }

    /** Multiplies the gradients so that their norm is at most {@code limit}, and returns what it was. */
    double clip(double limit) {
        double norm = torch.norm(gradients.all()).item_double();
        if (norm > limit) {
            gradients.all().mul_(new Scalar(limit / norm));
        }
        return norm;
    }

    /** What a checkpoint holds: current tensors by name, and the averaged ones where there is an average. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        values.named().forEach((name, tensor) -> state.put("current/" + name, tensor.detach()));
        if (decay > 0) {
            averages.named().forEach((name, tensor) -> state.put("average/" + name, tensor));
        }
        return state;
    }

    /**
     * Named F32 tensors in one piece of memory: what concerns all numbers alike, such as an optimiser's update, is one
     * operation on the whole.
     *
     * @param all one-dimensional, every element of every tensor in order
     * @param named views of it
     */
    record FlatTensors(Tensor all, Map<String, Tensor> named) {
        /** Zeros; {@code arena} owns them. */
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

        /** Returns the tensor called {@code name}, which must be there. */
        Tensor get(String name) {
            return Objects.requireNonNull(named.get(name), name);
        }
    }
}

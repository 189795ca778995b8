package dev.hypersd.training;

import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

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
                    arena.own(
                            all.narrow(0, offset, length).view(entry.getValue()).detach()));
            offset += length;
        }
        return new FlatTensors(all, named);
    }

    /** The tensor called {@code name}, which must be there. */
    Tensor get(String name) {
        return Objects.requireNonNull(named.get(name), name);
    }
}

package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Where the parameters of a network come from: a file, a random generator, or nowhere (shapes only). */
@FunctionalInterface
public interface ParameterSource {
    /** Parameters without values: the network can be asked what it consists of, and takes no memory. */
    ParameterSource SHAPES_ONLY = (name, init, shape) -> Tensors.meta(Dtype.F32, shape);

    /**
     * Returns the tensor for one parameter.
     *
     * @param name full dotted name
     * @param init how it starts when it is not stored
     * @param shape the shape that the network needs
     * @return a tensor of exactly that shape
     * @throws dev.hypersd.error.InvalidFileException if a file was to provide it and does not, or in another shape
     */
    Tensor provide(String name, Init init, long[] shape);

    /**
     * Returns the type that the network computes in with {@code provided}: its own type, unless it is to be converted
     * each time it is used.
     */
    default Dtype computedIn(Tensor provided) {
        return Dtype.of(provided.scalar_type());
    }
}

package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A tensor in a file: its description in the header, and access to its values. */
public interface StoredTensor {
    /**
     * Creates a tensor.
     *
     * @param values loads the values, as {@link #load} returns them
     */
    static StoredTensor of(String name, Dtype dtype, long[] shape, Path file, Supplier<Tensor> values) {
        return new DeferredTensor(name, dtype, shape, file, values);
    }

    /** Returns the name under which its source lists it. */
    String name();

    /** Returns the type of the stored elements. */
    Dtype dtype();

    /** Returns the shape, outermost dimension first; empty for a scalar. */
    long[] shape();

    /** Returns the file that holds it. */
    Path file();

    /**
     * Loads the values as a CPU tensor in the stored type, without a copy where the layout permits it. It may share
     * memory with other tensors loaded from here, so in-place changes affect them, but never the file. It keeps the
     * mapping alive, so it may outlive the source.
     */
    Tensor load();

    /**
     * Loads the values in the type and on the device of {@code like}.
     *
     * @throws InvalidFileException if one of them is NaN or infinite
     */
    default Tensor loadFinite(Tensor like) {
        Tensor values = load().to(like);
        if (!values.isfinite().all().item_bool()) {
            throw new InvalidFileException(file(), "tensor " + name() + " holds NaN or infinity");
        }
        return values;
    }

    /** Returns this tensor under another name. */
    default StoredTensor as(String name) {
        return as(name, shape(), UnaryOperator.identity());
    }

    /**
     * Concatenates several tensors along the outermost dimension, in the type of the first.
     *
     * @param parts tensors of equal shapes except for the outermost dimension, at least one
     */
    static StoredTensor stacked(String name, List<StoredTensor> parts) {
        long[] shape = parts.getFirst().shape();
        shape[0] = parts.stream().mapToLong(part -> part.shape()[0]).sum();
        return parts.getFirst()
                .as(
                        name,
                        shape,
                        first -> Tensors.cat(
                                0,
                                parts.stream()
                                        .map(part -> part.load().to(first.scalar_type()))
                                        .toList()));
    }

    /**
     * Returns this tensor with another name and another layout.
     *
     * @param shape the shape after the change
     * @param change applied to the loaded tensor; a view where possible
     */
    default StoredTensor as(String name, long[] shape, UnaryOperator<Tensor> change) {
        return of(name, dtype(), shape, file(), () -> TensorScope.scoped(() -> change.apply(load())));
    }
}

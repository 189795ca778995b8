package dev.hypersd.pickle;

import dev.hypersd.pickle.PickleValue.Strided;
import dev.hypersd.tensor.Shapes;

/** Checks that the elements of tensors lie within their storages. */
final class TensorBounds {
    /** The greatest number of dimensions, as in the header of a safetensors file. */
    static final int MOST_DIMENSIONS = 64;

    private TensorBounds() {}

    /**
     * Returns {@code tensor} after checking that no element lies outside of its storage.
     *
     * @throws dev.hypersd.error.InvalidFileException if one does
     */
    static Strided checked(Strided tensor, PickleInput in) {
        long needed;
        long there;
        try {
            long span = Shapes.span(tensor.shape(), tensor.strides());
            needed = Math.multiplyExact(
                    Math.addExact(tensor.offset(), span), tensor.dtype().bytes());
            there = tensor.storage().bytes();
            Math.multiplyExact(Shapes.count(tensor.shape()), tensor.dtype().bytes());
        } catch (ArithmeticException e) {
            throw in.damaged("a tensor is too large for any file");
        }
        if (needed > there) {
            throw in.damaged("a tensor reaches to byte %d of its storage, which has %d".formatted(needed, there));
        }
        return tensor;
    }
}

package dev.hypersd.lora;

import dev.hypersd.nn.LowRank;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.weights.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The change of a weight, in the smaller tensors in which an adapter's file stores it. The change, flattened to a
 * matrix, is {@code [out, rest]}.
 */
public sealed interface Delta {
    /** Returns the number that alpha is divided by, at least 1. */
    long rank();

    /** Returns all tensors that it is made of. */
    List<StoredTensor> tensors();

    /** Returns whether it can change a weight of this shape. */
    boolean fits(long... weight);

    /** Returns the number of elements of the changed weight. */
    long weightCount();

    /**
     * Computes the change {@code [out, rest]}, in the type and on the device of {@code like}; all values are finite.
     */
    Tensor values(Tensor like);

    /**
     * A product of two factors (Hu et al., 2021).
     *
     * @param down {@code [rank, in]} or {@code [rank, in, k, k]}
     * @param up {@code [out, rank]} or {@code [out, rank, 1, 1]}
     */
    record Product(StoredTensor down, StoredTensor up) implements Delta {
        @Override
        public long rank() {
            return down.shape()[0];
        }

        @Override
        public List<StoredTensor> tensors() {
            return List.of(up, down);
        }

        /**
         * Returns whether the shapes agree. A linear layer and a 1x1 convolution count as the same, since files mix
         * them; larger filters must have the same size.
         */
        @Override
        public boolean fits(long... weight) {
            return up.shape()[0] == weight[0] && Arrays.equals(filter(down.shape()), filter(weight));
        }

        private static long[] filter(long[] shape) {
            boolean pointwise = shape.length == 2 || (shape[2] == 1 && shape[3] == 1);
            return Arrays.copyOfRange(shape, 1, pointwise ? 2 : shape.length);
        }

        @Override
        public long weightCount() {
            return up.shape()[0] * (Shapes.count(down.shape()) / rank());
        }

        @Override
        public Tensor values(Tensor like) {
            return flat(up.loadFinite(like)).mm(flat(down.loadFinite(like)));
        }

        /**
         * Returns the product as factors, for a layer to add or to compute separately.
         *
         * @param like a tensor of the type and the device that the factors are to have
         * @param scale the factor of the product
         * @throws dev.hypersd.error.InvalidFileException if a factor holds NaN or infinity
         */
        public LowRank change(Tensor like, double scale) {
            return new LowRank(down.loadFinite(like), up.loadFinite(like), scale);
        }
    }

    /**
     * A product of two factors with a core between them (Tucker's decomposition): LoCon with {@code lora_mid}. The
     * change is {@code W[o, i] = sum over r, s of up[o, r] * mid[r, s] * down[s, i]} for each place in the filter. The
     * filters are either those of the core or those of the first factor.
     *
     * @param down {@code [s, in]} or {@code [s, in, k, k]}
     * @param mid {@code [r, s, k, k]}
     * @param up {@code [out, r]} or {@code [out, r, 1, 1]}
     */
    record Tucker(StoredTensor down, StoredTensor mid, StoredTensor up) implements Delta {
        @Override
        public long rank() {
            return down.shape()[0];
        }

        @Override
        public List<StoredTensor> tensors() {
            return List.of(up, mid, down);
        }

        @Override
        public boolean fits(long... weight) {
            long[] filter = isPointwise(mid.shape()) ? down.shape() : mid.shape();
            long width = isPointwise(filter) ? 1 : filter[3];
            long height = isPointwise(filter) ? 1 : filter[2];
            return Arrays.equals(weight, new long[] {up.shape()[0], down.shape()[1], height, width});
        }

        @Override
        public long weightCount() {
            long places = Shapes.count(mid.shape()) / (mid.shape()[0] * mid.shape()[1]);
            return up.shape()[0] * places * (Shapes.count(down.shape()) / down.shape()[0]);
        }

        @Override
        public Tensor values(Tensor like) {
            // With filters in the first factor they are as many columns, and the core has one place.
            return cored(flat(up.loadFinite(like)), mid.loadFinite(like), flat(down.loadFinite(like)));
        }
    }

    /**
     * The full difference of a matrix, of filters, or of the scale or shift of a norm; or the bias of a product's
     * second factor, which is scaled as the product is.
     *
     * @param whole the difference, in the shape of the parameter
     * @param rank the rank of the product that it belongs to; 1 if there is none
     */
    record Full(StoredTensor whole, long rank) implements Delta {
        @Override
        public List<StoredTensor> tensors() {
            return List.of(whole);
        }

        /**
         * Returns whether the shapes agree. A linear layer and a 1x1 convolution count as the same, since files mix
         * them.
         */
        @Override
        public boolean fits(long... weight) {
            return Arrays.equals(withoutOnes(whole.shape()), withoutOnes(weight));
        }

        private static long[] withoutOnes(long... shape) {
            int length = shape.length;
            while (length > 1 && shape[length - 1] == 1) {
                length--;
            }
            return Arrays.copyOf(shape, length);
        }

        @Override
        public long weightCount() {
            return Shapes.count(whole.shape());
        }

        @Override
        public Tensor values(Tensor like) {
            return flat(whole.loadFinite(like));
        }
    }

    /** LoHa: two matrices multiplied element by element (Hyeon-Woo et al., 2021). */
    record Hadamard(DeltaMatrix first, DeltaMatrix second) implements Delta {
        @Override
        public long rank() {
            return first.rank().orElse(1L);
        }

        @Override
        public List<StoredTensor> tensors() {
            return Stream.of(first, second).flatMap(m -> m.tensors().stream()).toList();
        }

        @Override
        public boolean fits(long... weight) {
            return first.rows() == weight[0] && first.columns() * weight[0] == Shapes.count(weight);
        }

        @Override
        public long weightCount() {
            return first.rows() * first.columns();
        }

        @Override
        public Tensor values(Tensor like) {
            return first.values(like).mul_(second.values(like));
        }
    }

    /** LoKr: the Kronecker product of two matrices (Yeh et al., 2023). */
    record Kronecker(DeltaMatrix first, DeltaMatrix second) implements Delta {
        @Override
        public long rank() {
            return second.rank().or(first::rank).orElse(1L);
        }

        /** Returns whether neither matrix is a product, so that alpha has no meaning. */
        boolean isWhole() {
            return first.rank().isEmpty() && second.rank().isEmpty();
        }

        @Override
        public List<StoredTensor> tensors() {
            return Stream.of(first, second).flatMap(m -> m.tensors().stream()).toList();
        }

        @Override
        public boolean fits(long... weight) {
            return first.rows() * second.rows() == weight[0] && weightCount() == Shapes.count(weight);
        }

        @Override
        public long weightCount() {
            return first.rows() * first.columns() * second.rows() * second.columns();
        }

        @Override
        public Tensor values(Tensor like) {
            return torch.kron(first.values(like), second.values(like));
        }
    }

    /** Computes {@code [rows, in * k * k]} from {@code [rows, r]}, {@code [r, s, k, k]} and {@code [s, in]}. */
    static Tensor cored(Tensor left, Tensor core, Tensor right) {
        Tensor rows = left.mm(flat(core)).view(left.size(0), core.size(1), -1);
        return flat(rows.transpose(1, 2).matmul(right).transpose(1, 2).contiguous());
    }

    /** Returns whether a matrix or filters of this shape have one place only. */
    static boolean isPointwise(long... shape) {
        return Shapes.count(shape) == shape[0] * shape[1];
    }

    /** Flattens all dimensions but the first. */
    static Tensor flat(Tensor tensor) {
        return tensor.reshape(tensor.size(0), -1);
    }
}

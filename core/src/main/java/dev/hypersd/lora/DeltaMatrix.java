package dev.hypersd.lora;

import dev.hypersd.tensor.Shapes;
import dev.hypersd.weights.StoredTensor;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A matrix in one of three forms: itself, a product of two factors, or such a product with a core between them
 * (Tucker's decomposition), which gives filters.
 */
public sealed interface DeltaMatrix {
    /** Returns the number of rows. */
    long rows();

    /** Returns the number of columns, with filters flattened. */
    long columns();

    /** Returns the inner dimension of the product, if it is one. */
    Optional<Long> rank();

    List<StoredTensor> tensors();

    /** Computes {@code [rows, columns]}. */
    Tensor values(Tensor like);

    /**
     * A matrix that is stored as it is.
     *
     * @param whole {@code [rows, columns]} or {@code [rows, in, k, k]}
     */
    record Whole(StoredTensor whole) implements DeltaMatrix {
        @Override
        public long rows() {
            return whole.shape()[0];
        }

        @Override
        public long columns() {
            return Shapes.count(whole.shape()) / rows();
        }

        @Override
        public Optional<Long> rank() {
            return Optional.empty();
        }

        @Override
        public List<StoredTensor> tensors() {
            return List.of(whole);
        }

        @Override
        public Tensor values(Tensor like) {
            return Delta.flat(whole.loadFinite(like));
        }
    }

    /**
     * A product of two factors.
     *
     * @param a {@code [rows, r]}
     * @param b {@code [r, columns]}
     */
    record Factored(StoredTensor a, StoredTensor b) implements DeltaMatrix {
        @Override
        public long rows() {
            return a.shape()[0];
        }

        @Override
        public long columns() {
            return Shapes.count(b.shape()) / b.shape()[0];
        }

        @Override
        public Optional<Long> rank() {
            return Optional.of(b.shape()[0]);
        }

        @Override
        public List<StoredTensor> tensors() {
            return List.of(a, b);
        }

        @Override
        public Tensor values(Tensor like) {
            return Delta.flat(a.loadFinite(like)).mm(Delta.flat(b.loadFinite(like)));
        }
    }

    /**
     * A product of two factors around a core.
     *
     * @param core {@code [r, s, k, k]}
     * @param a {@code [r, rows]}
     * @param b {@code [s, in]}
     */
    record Cored(StoredTensor core, StoredTensor a, StoredTensor b) implements DeltaMatrix {
        @Override
        public long rows() {
            return a.shape()[1];
        }

        @Override
        public long columns() {
            return b.shape()[1] * core.shape()[2] * core.shape()[3];
        }

        @Override
        public Optional<Long> rank() {
            return Optional.of(b.shape()[0]);
        }

        @Override
        public List<StoredTensor> tensors() {
            return List.of(core, a, b);
        }

        @Override
        public Tensor values(Tensor like) {
            return Delta.cored(a.loadFinite(like).t(), core.loadFinite(like), b.loadFinite(like));
        }
    }
}

package dev.hypersd.kernel;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.Layout;
import dev.hypersd.onednn.OneDnn.Operation;
import dev.hypersd.onednn.OneDnn.Plan;
import dev.hypersd.onednn.Operations;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Attention by oneDNN, in tiles of queries: the products of a tile with all keys, their softmax, and its products with
 * all values. The intermediate results of a tile stay in the processor's cache.
 *
 * <p>Products are in F32 or BF16, as the input is; sums, scores and the softmax are in F32. In BF16, queries are scaled
 * before the products, and the weights of the values are rounded to BF16.
 */
final class TiledAttention {
    /** The number of queries of a tile; a tile with 4096 keys takes 4 MiB. */
    private static final long TILE = 256;

    /** The fewest multiplications of a head; below, calling the library for each head costs more than it saves. */
    private static final long LEAST = 1 << 20;

    private TiledAttention() {}

    /** Returns whether this is faster than the engine's attention for these tensors without gradients. */
    static boolean pays(Tensor query, Tensor key, long heads) {
        return query.is_cpu()
                && query.size(1) * key.size(1) * (query.size(2) / heads) >= LEAST
                && OneDnn.isAvailable()
                && isFast(Dtype.of(query.scalar_type()));
    }

    private static boolean isFast(Dtype type) {
        return switch (type) {
            case F32 -> Matmul.isFasterThanTheEngine();
            case BF16 -> Engine.fastestDtype() == Dtype.BF16;
            default -> false;
        };
    }

    /** Computes what {@link Attention#apply} does. */
    static Tensor apply(Tensor query, Tensor key, Tensor value, long heads) {
        require(query, key, value, heads);
        return TensorScope.scoped(() -> {
            Dtype type = Dtype.of(query.scalar_type());
            long width = query.size(2);
            long queries = query.size(1);
            long tile = Math.min(TILE, queries);
            Shape whole = new Shape(type, tile, key.size(1), width / heads, width);
            Shape rest = new Shape(type, queries % tile, key.size(1), width / heads, width);
            long asked = OneDnn.address(
                    query.mul(new Scalar(1 / Math.sqrt(whole.depth))).contiguous());
            long keys = OneDnn.address(key.contiguous());
            long values = OneDnn.address(value.contiguous());
            Tensor mixed = Tensors.empty(type, Tensors.shape(query));
            long result = OneDnn.address(mixed);
            long scores = OneDnn.address(Tensors.empty(tile, key.size(1)));
            long weights = OneDnn.address(Tensors.empty(type, tile, key.size(1)));
            for (long sample = 0; sample < query.size(0); sample++) {
                for (long head = 0; head < heads; head++) {
                    long ofQueries = (sample * queries * width + head * whole.depth) * type.bytes();
                    long ofKeys = (sample * key.size(1) * width + head * whole.depth) * type.bytes();
                    for (long row = 0; row < queries; row += tile) {
                        Shape shape = queries - row < tile ? rest : whole;
                        long place = ofQueries + row * width * type.bytes();
                        shape.operation(Step.SCORES).run(asked + place, keys + ofKeys, scores);
                        shape.operation(Step.SOFTMAX).run(scores, weights);
                        shape.operation(Step.MIX).run(weights, values + ofKeys, result + place);
                    }
                }
            }
            return mixed;
        });
    }

    /** Refuses what the library would read beyond its memory for. */
    private static void require(Tensor query, Tensor key, Tensor value, long heads) {
        boolean fits = query.dim() == 3
                && key.dim() == 3
                && key.size(0) == query.size(0)
                && key.size(2) == query.size(2)
                && query.size(2) % heads == 0
                && Arrays.equals(Tensors.shape(value), Tensors.shape(key))
                && Dtype.of(key.scalar_type()) == Dtype.of(query.scalar_type())
                && Dtype.of(value.scalar_type()) == Dtype.of(query.scalar_type());
        if (!fits) {
            throw new IllegalArgumentException(
                    "attention of %d heads cannot be computed with queries %s, keys %s, values %s"
                            .formatted(heads, Tensors.describe(query), Tensors.describe(key), Tensors.describe(value)));
        }
    }

    /** The operations of a tile. */
    private enum Step {
        /** Queries times keys. */
        SCORES,
        /** The softmax of each row of scores. */
        SOFTMAX,
        /** Its weights times values. */
        MIX
    }

    /**
     * The sizes of a tile of one head.
     *
     * @param type the type of the products
     * @param width the channels of all heads, the distance between rows of queries, keys and values
     */
    private record Shape(Dtype type, long queries, long keys, long depth, long width) {
        private record Key(Shape shape, Step step) {}

        Operation operation(Step step) {
            return Operations.of(new Key(this, step), () -> compile(step));
        }

        private Operation compile(Step step) {
            try (Layout asked = Layout.strided(type, new long[] {queries, depth}, new long[] {width, 1});
                    Layout transposed = Layout.strided(type, new long[] {depth, keys}, new long[] {1, width});
                    Layout values = Layout.strided(type, new long[] {keys, depth}, new long[] {width, 1});
                    Layout scores = Layout.rowMajor(Dtype.F32, queries, keys);
                    Layout weights = Layout.rowMajor(type, queries, keys)) {
                return switch (step) {
                    case SCORES -> product(asked, transposed, scores);
                    case SOFTMAX -> softmax(scores, weights);
                    case MIX -> product(weights, values, asked);
                };
            }
        }

        private static Operation product(Layout a, Layout b, Layout result) {
            try (Plan plan = Plan.product(a, b, Optional.empty(), result)) {
                return new Operation(plan, new int[] {OneDnn.SRC, OneDnn.WEIGHTS, OneDnn.DST}, a, b, result);
            }
        }

        private static Operation softmax(Layout scores, Layout weights) {
            try (Plan plan = Plan.softmax(scores, weights)) {
                return new Operation(plan, new int[] {OneDnn.SRC, OneDnn.DST}, scores, weights);
            }
        }
    }
}

package dev.hypersd.kernel;

import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The 3x3 convolution of stride 1 with a quarter of the multiplications: F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks" (2015).
 *
 * <p>The output is cut into tiles of 4x4 pixels. Each needs a patch of 6x6 input pixels {@code d}, and with the kernel {@code g} and the small matrices
 * below its value is {@code A^T [(G g G^T) * (B^T d B)] A}, where {@code *} goes element by element. Summing over input channels makes 36
 * independent matrix products {@code [tiles, in] x [in, out]} of that element-wise product, and those are what processors are good at. The three
 * transforms on the outside are products too, with the matrices {@code B^T (x) B^T} and so on that act on a flattened patch.
 *
 * <p>Pixels are laid out with channels innermost, so that whatever is copied is copied in runs of all channels. A few rows of
 * tiles are handled at a time, so that intermediate results stay in the processor's cache. Kernels are transformed again in every call: on the large pictures where this way pays at all it costs a
 * percent, while keeping the results would take four times the memory of the weights and would have to follow every adapter.
 *
 * <p>The coefficients amplify rounding: expect a relative error of 1e-5 of the largest value, against 1e-6 of the plain way.
 */
final class Winograd {
    private static final int TILE = 4;
    private static final int PATCH = 6;
    private static final int POINTS = PATCH * PATCH;

    /** Transforms six input pixels. */
    private static final double[][] B_T = {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    };

    /** Transforms three kernel coefficients. */
    private static final double[][] G = {
        {1 / 4.0, 0, 0},
        {-1 / 6.0, -1 / 6.0, -1 / 6.0},
        {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0},
        {1 / 24.0, -1 / 12.0, 1 / 6.0},
        {0, 0, 1}
    };

    /** Transforms six products back to four output pixels. */
    private static final double[][] A_T = {
        {1, 1, 1, 1, 1, 0},
        {0, 1, -1, 2, -2, 0},
        {0, 1, 1, 4, 4, 0},
        {0, 1, -1, 8, -8, 1}
    };

    private static final float[] INPUT = squared(B_T);
    private static final float[] KERNEL = squared(G);
    private static final float[] OUTPUT = squared(A_T);

    /** Tiles that are handled together: enough for efficient products, few enough for their intermediate results to stay in the cache. */
    private static final long CHUNK = 128;

    private Winograd() {}

    /**
     * The convolution with padding 1.
     *
     * @param x F32 {@code [B, in, H, W]}
     * @param weight F32 {@code [out, in, 3, 3]}
     * @param bias F32 {@code [out]}, if there is one
     * @return {@code [B, out, H, W]}, channels innermost in memory
     */
    static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return TensorScope.scoped(() -> {
            long rows = (x.size(2) + TILE - 1) / TILE;
            long columns = (x.size(3) + TILE - 1) / TILE;
            Tensor padded = pad(x, rows, columns);
            Tensor result = Tensors.empty(x.size(0), rows, TILE, columns, TILE, weight.size(0));
            long step = Math.clamp(CHUNK / columns, 1, rows);
            Band band = new Band(transformKernels(weight), bias, step, columns);
            for (long image = 0; image < x.size(0); image++) {
                Tensor from = padded.select(0, image);
                Tensor to = result.select(0, image);
                for (long row = 0; row < rows; row += step) {
                    band.compute(from, to.narrow(0, row, Math.min(step, rows - row)), row);
                }
            }
            return result.view(x.size(0), rows * TILE, columns * TILE, weight.size(0))
                    .narrow(1, 0, x.size(2))
                    .narrow(2, 0, x.size(3))
                    .contiguous()
                    .permute(0, 3, 1, 2);
        });
    }

    /** {@code [B, in, H, W] -> [B, 4 rows + 2, 4 columns + 2, in]} with zeros around. */
    private static Tensor pad(Tensor x, long rows, long columns) {
        long right = columns * TILE + 1 - x.size(3);
        long bottom = rows * TILE + 1 - x.size(2);
        return torch.constant_pad_nd(x.permute(0, 2, 3, 1), new long[] {0, 0, 1, right, 1, bottom}, new Scalar(0))
                .contiguous();
    }

    /** {@code [out, in, 3, 3] -> [36, in, out]}. */
    private static Tensor transformKernels(Tensor weight) {
        long out = weight.size(0);
        long in = weight.size(1);
        Tensor coefficients = weight.permute(2, 3, 1, 0).reshape(9, in * out);
        return torch.mm(Tensors.of(KERNEL, POINTS, 9), coefficients).view(POINTS, in, out);
    }

    /** The work on a few rows of tiles, with memory that is used again for the next ones. */
    private static final class Band {
        private final Tensor kernels;
        private final Optional<Tensor> bias;
        private final long in;
        private final long out;
        private final long columns;
        private final Tensor inputTransform = Tensors.of(INPUT, POINTS, POINTS);
        private final Tensor outputTransform = Tensors.of(OUTPUT, TILE * TILE, POINTS);
        private final Tensor patches;
        private final Tensor transformed;
        private final Tensor products;
        private final Tensor tiles;

        /** @param rows the most rows at a time */
        Band(Tensor kernels, Optional<Tensor> bias, long rows, long columns) {
            this.kernels = kernels;
            this.bias = bias;
            this.in = kernels.size(1);
            this.out = kernels.size(2);
            this.columns = columns;
            this.patches = Tensors.empty(POINTS * rows * columns * in);
            this.transformed = Tensors.empty(POINTS * rows * columns * in);
            this.products = Tensors.empty(POINTS * rows * columns * out);
            this.tiles = Tensors.empty(TILE * TILE * rows * columns * out);
        }

        /** Computes {@code to}, {@code [n, 4, columns, 4, out]}, which begins at tile row {@code first} of the picture. */
        void compute(Tensor from, Tensor to, long first) {
            TensorScope.released(() -> {
                long n = to.size(0);
                long count = n * columns;
                Tensor d = start(patches, PATCH, PATCH, n, columns, in).copy_(overlapping(from, first, n));
                Tensor v = start(transformed, POINTS, count * in);
                torch.mm_out(v, inputTransform, d.view(POINTS, count * in));
                Tensor m = start(products, POINTS, count, out);
                torch.bmm_out(m, v.view(POINTS, count, in), kernels);
                Tensor y = start(tiles, TILE * TILE, count * out);
                torch.mm_out(y, outputTransform, m.view(POINTS, count * out));
                Tensor pixels = y.view(TILE, TILE, n, columns, out).permute(2, 0, 3, 1, 4);
                return bias.isPresent() ? torch.add_out(to, pixels, bias.get()) : to.copy_(pixels);
            });
        }

        /** The overlapping patches of {@code n} rows of tiles as a view {@code [6, 6, n, columns, in]}. */
        private Tensor overlapping(Tensor from, long first, long n) {
            long pixel = in;
            long line = from.stride(0);
            return from.as_strided(
                    new long[] {PATCH, PATCH, n, columns, in},
                    new long[] {line, pixel, TILE * line, TILE * pixel, 1},
                    new LongOptional(from.storage_offset() + first * TILE * line));
        }

        /** The beginning of {@code memory} as a tensor of {@code shape}. */
        private static Tensor start(Tensor memory, long... shape) {
            return memory.narrow(0, 0, Shapes.count(shape)).view(shape);
        }
    }

    /** The Kronecker product of {@code matrix} with itself, row by row: it does to a flattened square what {@code matrix} does to its rows and columns. */
    private static float[] squared(double[][] matrix) {
        int rows = matrix.length;
        int columns = matrix[0].length;
        float[] product = new float[rows * rows * columns * columns];
        int next = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < rows; j++) {
                for (int k = 0; k < columns; k++) {
                    for (int l = 0; l < columns; l++) {
                        product[next++] = (float) (matrix[i][k] * matrix[j][l]);
                    }
                }
            }
        }
        return product;
    }
}

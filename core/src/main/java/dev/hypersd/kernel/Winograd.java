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
 * Winograd's algorithm for 3x3 convolutions of stride 1, with a quarter of the multiplications: F(4x4, 3x3) of Lavin
 * and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015).
 *
 * <p>The output is divided into tiles of 4x4 pixels. Each needs a patch of 6x6 input pixels {@code d}; with the kernel
 * {@code g} and the small matrices below its value is {@code A^T [(G g G^T) * (B^T d B)] A}, where {@code *} multiplies
 * elements. Summing over input channels turns this product into 36 independent matrix products {@code [tiles, in] x
 * [in, out]}, which processors compute fast. The three transforms around it are matrix products too, with {@code B^T
 * (x) B^T} and so on, applied to flattened patches.
 *
 * <p>Pixels are laid out channels-last, so that copies run over all channels. The work is divided into pieces whose
 * intermediate results stay in the processor's cache: bands of tiles on large pictures, where the kernels are small;
 * blocks of output channels on small ones, where the transformed kernels, four times as large as the weights, would not
 * fit. The transformed kernels are never kept, so they take no memory and follow every adapter.
 *
 * <p>The coefficients amplify rounding: expect a relative error of 1e-5 of the largest value, against 1e-6 of the
 * engine's own implementation.
 */
final class Winograd {
    private static final int TILE = 4;
    private static final int PATCH = 6;
    private static final int POINTS = PATCH * PATCH;

    /** The transform of six input pixels. */
    private static final double[][] B_T = {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    };

    /** The transform of three kernel coefficients. */
    private static final double[][] G = {
        {1 / 4.0, 0, 0},
        {-1 / 6.0, -1 / 6.0, -1 / 6.0},
        {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0},
        {1 / 24.0, -1 / 12.0, 1 / 6.0},
        {0, 0, 1}
    };

    /** The transform of six products to four output pixels. */
    private static final double[][] A_T = {
        {1, 1, 1, 1, 1, 0},
        {0, 1, -1, 2, -2, 0},
        {0, 1, 1, 4, 4, 0},
        {0, 1, -1, 8, -8, 1}
    };

    private static final float[] INPUT = squared(B_T);
    private static final float[] KERNEL = squared(G);
    private static final float[] OUTPUT = squared(A_T);

    /**
     * The largest number of tiles of a small picture, which is processed at once, while the kernels are divided into
     * blocks.
     */
    private static final long SMALL = 256;

    /** The number of tiles of a band of a large picture: enough for efficient products, few enough for the cache. */
    private static final long BAND = 128;

    /** The number of elements of a block of transformed kernels, 16 MiB. */
    private static final long BLOCK = 1 << 22;

    /**
     * The number of elements between the planes of an intermediate result: a cache line, so that equal places of all
     * planes do not compete for one cache set.
     */
    private static final long GAP = 16;

    private Winograd() {}

    /**
     * Computes the convolution with padding 1.
     *
     * @param x F32 {@code [B, in, H, W]}
     * @param weight F32 {@code [out, in, 3, 3]}
     * @param bias F32 {@code [out]}, if there is one
     * @return {@code [B, out, H, W]}, channels-last in memory
     */
    static Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return TensorScope.scoped(() -> {
            long out = weight.size(0);
            long rows = (x.size(2) + TILE - 1) / TILE;
            long columns = (x.size(3) + TILE - 1) / TILE;
            Tensor padded = pad(x, rows, columns);
            Tensor result = Tensors.empty(x.size(0), rows, TILE, columns, TILE, out);
            boolean small = rows * columns <= SMALL;
            Kernels kernels = new Kernels(weight, small ? BLOCK : Long.MAX_VALUE);
            long step = small ? rows : Math.max(BAND / columns, 1);
            Band band = new Band(kernels, bias, step, columns);
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

    /** Pads {@code [B, in, H, W]} with zeros to {@code [B, 4 rows + 2, 4 columns + 2, in]}. */
    private static Tensor pad(Tensor x, long rows, long columns) {
        long right = columns * TILE + 1 - x.size(3);
        long bottom = rows * TILE + 1 - x.size(2);
        return torch.constant_pad_nd(x.permute(0, 2, 3, 1), new long[] {0, 0, 1, right, 1, bottom}, new Scalar(0))
                .contiguous();
    }

    /** The kernels, transformed by blocks of output channels, or only once where one block holds them all. */
    private static final class Kernels {
        private final Tensor weight;
        private final long block;
        private final Tensor transform = Tensors.of(KERNEL, POINTS, 9);
        private final Tensor memory;
        private final Optional<Tensor> all;

        /**
         * Allocates the block.
         *
         * @param most the greatest number of elements of a block
         */
        Kernels(Tensor weight, long most) {
            this.weight = weight.contiguous();
            this.block = Math.clamp(most / (POINTS * in()), 1, out());
            this.memory = reserve(POINTS, block * in());
            this.all = block == out() ? Optional.of(compute(0, out()).contiguous()) : Optional.empty();
        }

        long in() {
            return weight.size(1);
        }

        long out() {
            return weight.size(0);
        }

        /** Returns the number of output channels of a block; the last one may have fewer. */
        long block() {
            return block;
        }

        /**
         * Returns {@code [36, in, count]} for {@code count} output channels from {@code first} on, valid until the next
         * call.
         */
        Tensor transformed(long first, long count) {
            return all.orElseGet(() -> compute(first, count));
        }

        private Tensor compute(long first, long count) {
            Tensor flat = weight.narrow(0, first, count).view(count * in(), 9).t();
            Matmul.into(planes(memory, POINTS, count * in()), transform, flat);
            return planes(memory, POINTS, count, in()).transpose(1, 2);
        }
    }

    /** Allocates {@code count} planes of {@code size} elements. */
    private static Tensor reserve(long count, long size) {
        return Tensors.empty(count * (size + GAP));
    }

    /** Returns the beginning of {@code memory} as {@code count} planes of {@code shape} each. */
    private static Tensor planes(Tensor memory, long count, long... shape) {
        long size = Shapes.count(shape);
        Tensor flat = memory.as_strided(new long[] {count, size}, new long[] {size + GAP, 1}, new LongOptional());
        return flat.unflatten(1, shape);
    }

    /** The computation for some rows of tiles, whose memory is used again for the next ones. */
    private static final class Band {
        private final Kernels kernels;
        private final Optional<Tensor> bias;
        private final long in;
        private final long columns;
        private final Tensor inputTransform = Tensors.of(INPUT, POINTS, POINTS);
        private final Tensor outputTransform = Tensors.of(OUTPUT, TILE * TILE, POINTS);
        private final Tensor patches;
        private final Tensor transformed;
        private final Tensor products;
        private final Tensor tiles;

        /**
         * Allocates the memory.
         *
         * @param rows the greatest number of rows at a time
         */
        Band(Kernels kernels, Optional<Tensor> bias, long rows, long columns) {
            this.kernels = kernels;
            this.bias = bias;
            this.in = kernels.in();
            this.columns = columns;
            this.patches = reserve(POINTS, rows * columns * in);
            this.transformed = reserve(POINTS, rows * columns * in);
            this.products = reserve(POINTS, rows * columns * kernels.block());
            this.tiles = reserve(TILE * TILE, rows * columns * kernels.block());
        }

        /**
         * Computes {@code to}, {@code [n, 4, columns, 4, out]}, which begins at tile row {@code first} of the picture.
         */
        void compute(Tensor from, Tensor to, long first) {
            TensorScope.released(() -> {
                long n = to.size(0);
                planes(patches, POINTS, n, columns, in)
                        .unflatten(0, PATCH, PATCH)
                        .copy_(overlapping(from, first, n));
                Matmul.into(
                        planes(transformed, POINTS, n * columns * in),
                        inputTransform,
                        planes(patches, POINTS, n * columns * in));
                Tensor v = planes(transformed, POINTS, n * columns, in);
                for (long channel = 0; channel < kernels.out(); channel += kernels.block()) {
                    long count = Math.min(kernels.block(), kernels.out() - channel);
                    multiply(v, to.narrow(-1, channel, count), channel);
                }
                return n;
            });
        }

        /**
         * Multiplies transformed patches with the kernels and transforms the products to output pixels, for some output
         * channels.
         */
        private void multiply(Tensor v, Tensor to, long channel) {
            long n = to.size(0);
            long out = to.size(-1);
            Matmul.into(planes(products, POINTS, n * columns, out), v, kernels.transformed(channel, out));
            Matmul.into(
                    planes(tiles, TILE * TILE, n * columns * out),
                    outputTransform,
                    planes(products, POINTS, n * columns * out));
            Tensor pixels = planes(tiles, TILE * TILE, n, columns, out)
                    .unflatten(0, TILE, TILE)
                    .permute(2, 0, 3, 1, 4);
            if (bias.isPresent()) {
                torch.add_out(to, pixels, bias.get().narrow(0, channel, out));
            } else {
                to.copy_(pixels);
            }
        }

        /** Returns the overlapping patches of {@code n} rows of tiles as a view {@code [6, 6, n, columns, in]}. */
        private Tensor overlapping(Tensor from, long first, long n) {
            long pixel = in;
            long line = from.stride(0);
            return from.as_strided(
                    new long[] {PATCH, PATCH, n, columns, in},
                    new long[] {line, pixel, TILE * line, TILE * pixel, 1},
                    new LongOptional(from.storage_offset() + first * TILE * line));
        }
    }

    /**
     * Returns the Kronecker product of {@code matrix} with itself, row by row. It does to a flattened square what
     * {@code matrix} does to its rows and columns.
     */
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

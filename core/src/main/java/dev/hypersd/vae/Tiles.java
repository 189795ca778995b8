package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.image.Tiling;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Processes large pictures with an autoencoder in overlapping tiles of one size, no larger than needed to cover the
 * picture, and evenly spaced. Neighbours are blended linearly where they overlap.
 */
final class Tiles {
    private static final int ROWS = 2;
    private static final int COLUMNS = 3;

    private Tiles() {}

    /**
     * Applies {@code map} tile by tile.
     *
     * @param tiling the size of the tiles
     * @param x {@code [B, C, h * pixelsIn, w * pixelsIn]} for {@code h x w} latents
     * @param map makes {@code pixelsOut} pixels for each {@code pixelsIn}
     * @return {@code [B, C', h * pixelsOut, w * pixelsOut]}
     */
    static Tensor apply(Tiling tiling, Tensor x, int pixelsIn, int pixelsOut, Step map) {
        return along(
                tiling, ROWS, x, pixelsIn, pixelsOut, row -> along(tiling, COLUMNS, row, pixelsIn, pixelsOut, map));
    }

    private static Tensor along(Tiling tiling, int dimension, Tensor x, int pixelsIn, int pixelsOut, Step map) {
        long length = x.size(dimension) / pixelsIn;
        if (length <= tiling.size()) {
            return map.apply(x);
        }
        Cut cut = Cut.of(length, tiling.size(), tiling.overlap());
        return scoped(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < cut.count(); i++) {
                long start = cut.start(i) * pixelsIn;
                parts.add(scoped(() -> map.apply(x.narrow(dimension, start, cut.size() * pixelsIn))));
            }
            return join(dimension, parts, cut, pixelsOut);
        });
    }

    private static Tensor join(int dimension, List<Tensor> parts, Cut cut, int pixels) {
        long[] shape = Tensors.shape(parts.getFirst());
        long partLength = shape[dimension];
        shape[dimension] = cut.length() * pixels;
        Tensor whole = torch.zeros(shape, parts.getFirst().options());
        for (int i = 0; i < parts.size(); i++) {
            Tensor part = parts.get(i);
            long[] along = {1, 1, 1, 1};
            along[dimension] = partLength;
            Tensor weights = Tensors.of(cut.weights(i, pixels), along).to(part.device(), part.scalar_type());
            whole.narrow(dimension, cut.start(i) * pixels, partLength).add_(part.mul(weights));
        }
        return whole;
    }

    /**
     * The division of a length, in latents, into {@code count} tiles of {@code size} that overlap by at least {@code
     * overlap}.
     */
    private record Cut(long length, int count, long size, int overlap) {
        static Cut of(long length, int largest, int overlap) {
            int count = Math.toIntExact(Math.ceilDiv(length - overlap, largest - overlap));
            return new Cut(length, count, Math.ceilDiv(length + (count - 1L) * overlap, count), overlap);
        }

        long start(int tile) {
            return tile * (length - size) / (count - 1);
        }

        /** Returns the weight of each pixel of a tile; over all tiles the weights sum to 1 everywhere. */
        float[] weights(int tile, int pixels) {
            float[] weights = new float[Math.toIntExact(size * pixels)];
            for (int i = 0; i < weights.length; i++) {
                double position = start(tile) + (i + 0.5) / pixels;
                double entered = tile == 0 ? 1 : passed(tile - 1, position);
                double left = tile == count - 1 ? 0 : passed(tile, position);
                weights[i] = (float) (entered - left);
            }
            return weights;
        }

        /**
         * Returns the weight, from 0 to 1, across the boundary between a tile and the next, in the middle of their
         * overlap.
         */
        private double passed(int tile, double position) {
            double shared = start(tile) + size - start(tile + 1);
            double seam = start(tile + 1) + (shared - overlap) / 2;
            return Math.clamp((position - seam) / overlap, 0, 1);
        }
    }
}

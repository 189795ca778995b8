package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** Pictures as numbers from -1 to 1, the units of every network here that takes or gives pictures. */
public final class Pixels {
    private static final double HALF = 127.5;

    private Pixels() {}

    /**
     * The pictures {@code [B, 3, H, W]}; the tensor belongs to the caller's scope.
     *
     * @param images of one size, at least one
     */
    public static Tensor of(List<Image> images) {
        return TensorScope.scoped(() -> {
            int height = images.getFirst().height();
            int width = images.getFirst().width();
            Tensor bytes = Tensors.empty(Dtype.U8, images.size(), height, width, 3);
            MemorySegment target = Tensors.data(bytes);
            for (int i = 0; i < images.size(); i++) {
                byte[] rgb = images.get(i).rgb();
                MemorySegment.copy(rgb, 0, target, ValueLayout.JAVA_BYTE, (long) i * rgb.length, rgb.length);
            }
            return bytes.permute(0, 3, 1, 2)
                    .to(Dtype.F32.scalarType())
                    .div_(new Scalar(HALF))
                    .sub_(new Scalar(1))
                    .contiguous();
        });
    }

    /** The pictures of {@code pixels}, cut off where they lie beyond -1 and 1. */
    public static List<Image> images(Tensor pixels) {
        return TensorScope.released(() -> {
            Tensor bytes = pixels.detach()
                    .to(Dtype.F32.scalarType())
                    .add(new Scalar(1))
                    .mul_(new Scalar(HALF))
                    .round_()
                    .clamp_(new ScalarOptional(new Scalar(0)), new ScalarOptional(new Scalar(255)))
                    .to(Dtype.U8.scalarType())
                    .permute(0, 2, 3, 1);
            int height = (int) bytes.size(1);
            int width = (int) bytes.size(2);
            return LongStream.range(0, bytes.size(0))
                    .mapToObj(i -> Tensors.data(bytes.select(0, i).contiguous()).toArray(ValueLayout.JAVA_BYTE))
                    .map(rgb -> new Image(width, height, rgb))
                    .toList();
        });
    }

    /**
     * Pictures of another size; differentiable, and not rounded as {@link Image#resize} is.
     *
     * @param pixels {@code [B, C, H, W]}
     * @return {@code [B, C, height, width]}
     */
    public static Tensor resized(Tensor pixels, int height, int width, Resampling filter) {
        return TensorScope.scoped(() -> {
            Tensor rows = weights(filter.windows((int) pixels.size(2), height), pixels.size(2));
            Tensor columns = weights(filter.windows((int) pixels.size(3), width), pixels.size(3));
            return rows.matmul(pixels).matmul(columns.transpose(0, 1));
        });
    }

    private static Tensor weights(List<Resampling.Window> windows, long from) {
        float[] matrix = new float[(int) (windows.size() * from)];
        for (int row = 0; row < windows.size(); row++) {
            Resampling.Window window = windows.get(row);
            for (int i = 0; i < window.weights().length; i++) {
                matrix[(int) (row * from) + window.first() + i] = (float) window.weights()[i];
            }
        }
        return Tensors.of(matrix, windows.size(), from);
    }
}

package dev.hypersd.tensor;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Converts images to tensors {@code [B, 3, H, W]} of red, green and blue in F32, and back, with the arithmetic of
 * diffusers' {@code VaeImageProcessor}. Networks take and return images from -1 to 1; ControlNets and masks use 0 to 1.
 */
public final class ImageTensors {
    private ImageTensors() {}

    /**
     * Converts images to values from -1 to 1, {@code [B, 3, H, W]}. The tensor belongs to the caller's scope.
     *
     * @param images images of one size, at least one
     */
    public static Tensor of(List<Image> images) {
        return TensorScope.scoped(() -> zeroToOne(images).mul_(new Scalar(2.0)).sub_(new Scalar(1.0)));
    }

    /** Converts one image to values from -1 to 1, {@code [1, 3, H, W]}. */
    public static Tensor of(Image image) {
        return of(List.of(image));
    }

    /**
     * Converts images to values from 0 to 1, {@code [B, 3, H, W]}. The tensor belongs to the caller's scope.
     *
     * @param images images of one size, at least one
     */
    public static Tensor zeroToOne(List<Image> images) {
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
                    .div_(new Scalar(255.0))
                    .contiguous();
        });
    }

    /**
     * Converts a grey image to a mask {@code [1, 1, H, W]}: 1 where it is bright (128 and above), otherwise 0. It
     * belongs to the caller's scope.
     */
    public static Tensor mask(Image grey) {
        return TensorScope.scoped(() ->
                zeroToOne(List.of(grey)).narrow(1, 0, 1).ge(new Scalar(0.5)).to(Dtype.F32.scalarType()));
    }

    /**
     * Converts a tensor to images, rounded to 8 bits.
     *
     * @param pixels the pixels from -1 to 1, {@code [B, 3, H, W]} of any floating-point type on any device; values
     *     beyond are clipped
     */
    public static List<Image> images(Tensor pixels) {
        return TensorScope.released(() -> {
            Tensor bytes = pixels.detach()
                    .to(Dtype.F32.scalarType())
                    .div(new Scalar(2.0))
                    .add_(new Scalar(0.5))
                    .clamp_(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)))
                    .mul_(new Scalar(255.0))
                    .round_()
                    .to(Dtype.U8.scalarType())
                    .permute(0, 2, 3, 1)
                    .cpu();
            int height = (int) bytes.size(1);
            int width = (int) bytes.size(2);
            return LongStream.range(0, bytes.size(0))
                    .mapToObj(i -> Tensors.data(bytes.select(0, i).contiguous()).toArray(ValueLayout.JAVA_BYTE))
                    .map(rgb -> new Image(width, height, rgb))
                    .toList();
        });
    }

    /**
     * Resizes images. The result is differentiable, and is not rounded as that of {@link Image#resize} is.
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

package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
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
}

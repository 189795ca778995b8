package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** From the decoder's numbers to pictures, and from pictures to what the encoder takes. */
final class Pictures {
    private Pictures() {}

    /** Numbers from -1 to 1 to numbers from 0 to 1, cut off where they lie beyond: {@code [B, 3, H, W]} both. */
    static Tensor normalised(Tensor decoded) {
        return decoded.div(new Scalar(2.0)).add(new Scalar(0.5)).clamp(limit(0), limit(1));
    }

    private static ScalarOptional limit(double value) {
        return new ScalarOptional(new Scalar(value));
    }

    /** The pictures of a decoded batch {@code [B, 3, H, W]}, rounded to 8 bits. */
    static List<Image> of(Tensor decoded) {
        Tensor bytes = normalised(decoded.to(Dtype.F32.scalarType()))
                .mul(new Scalar(255.0))
                .round()
                .to(Dtype.U8.scalarType())
                .permute(0, 2, 3, 1)
                .cpu();
        int height = (int) bytes.size(1);
        int width = (int) bytes.size(2);
        return LongStream.range(0, bytes.size(0))
                .mapToObj(i -> Tensors.data(bytes.select(0, i).contiguous()).toArray(ValueLayout.JAVA_BYTE))
                .map(rgb -> new Image(width, height, rgb))
                .toList();
    }

    /** The numbers of a picture, {@code [1, 3, H, W]} from -1 to 1. */
    static Tensor pixels(Image picture) {
        byte[] rgb = picture.rgb();
        Tensor bytes = Tensors.empty(Dtype.U8, 1, picture.height(), picture.width(), 3);
        MemorySegment.copy(rgb, 0, Tensors.data(bytes), ValueLayout.JAVA_BYTE, 0, rgb.length);
        return bytes.permute(0, 3, 1, 2)
                .to(Dtype.F32.scalarType())
                .div(new Scalar(127.5))
                .sub(new Scalar(1.0))
                .contiguous();
    }
}

package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.request.Size;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** From pictures to numbers and back. */
final class Pictures {
    private Pictures() {}

    /** Numbers from -1 to 1 to numbers from 0 to 1, cut off where they lie beyond: {@code [B, 3, H, W]} both. */
    static Tensor normalised(Tensor decoded) {
        return decoded.div(new Scalar(2.0)).add(new Scalar(0.5)).clamp(limit(0), limit(1));
    }

    /** {@code picture} in another size, if it has not that one already, as the reference brings inputs to the size of a request. */
    static Image sized(Image picture, Size size) {
        return picture.width() == size.width() && picture.height() == size.height()
                ? picture
                : picture.resize(size.width(), size.height(), Resampling.LANCZOS);
    }

    /** The numbers of a picture from 0 to 1, {@code [1, 3, H, W]}. */
    static Tensor unit(Image picture) {
        byte[] rgb = picture.rgb();
        Tensor bytes = Tensors.empty(Dtype.U8, 1, picture.height(), picture.width(), 3);
        MemorySegment.copy(rgb, 0, Tensors.data(bytes), ValueLayout.JAVA_BYTE, 0, rgb.length);
        return bytes.permute(0, 3, 1, 2)
                .to(Dtype.F32.scalarType())
                .div(new Scalar(255.0))
                .contiguous();
    }

    /** The same from -1 to 1, as autoencoders take them. */
    static Tensor pixels(Image picture) {
        return unit(picture).mul_(new Scalar(2.0)).sub_(new Scalar(1.0));
    }

    /** 1 where a grey picture is bright, 128 and above, else 0: {@code [1, 1, H, W]}. */
    static Tensor mask(Image grey) {
        return unit(grey).narrow(1, 0, 1).ge(new Scalar(0.5)).to(Dtype.F32.scalarType());
    }

    /** The brightness of each pixel in all three channels (ITU-R BT.601), rounded as Pillow does it. */
    static Image grey(Image picture) {
        byte[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            int luma = 19595 * (rgb[i] & 0xFF) + 38470 * (rgb[i + 1] & 0xFF) + 7471 * (rgb[i + 2] & 0xFF) + 0x8000;
            rgb[i] = rgb[i + 1] = rgb[i + 2] = (byte) (luma >> 16);
        }
        return new Image(picture.width(), picture.height(), rgb);
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
}

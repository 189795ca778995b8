package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTensorsTest {
    /** Of each channel all 256 values occur. */
    private static final Image ALL_VALUES = image(16, 16, (x, y, channel) -> (16 * y + x + 85 * channel) % 256);

    /** Soft hills, as resizing wants them, between black and white. */
    private static final Image HILLS = image(128, 128, (x, y, channel) ->
            (int) Math.round(127.5 + 120 * Math.sin(x / 9.0 + channel) * Math.cos(y / 7.0)));

    private interface Value {
        int at(int x, int y, int channel);
    }

    private static Image image(int width, int height, Value value) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) value.at(i / 3 % width, i / 3 / width, i % 3);
        }
        return new Image(width, height, rgb);
    }

    @Test
    void everyImageComesBackAsItWas() {
        List<Image> images = List.of(ALL_VALUES, ALL_VALUES.crop(0, 0, 16, 16).grey());
        assertThat(Engine.infer(() -> ImageTensors.images(ImageTensors.of(images))))
                .isEqualTo(images);
    }

    @Test
    void channelsComeFirstAndBlackIsMinusOneAndWhiteIsOne() {
        Image image = new Image(2, 1, new byte[] {(byte) 255, 0, 51, 0, (byte) 255, 102});
        float[] values = Engine.infer(() -> Tensors.toFloats(ImageTensors.of(image)));
        assertThat(values).containsExactly(new float[] {1, -1, -1, 1, -0.6f, -0.2f}, within(1e-6f));
        assertThat(Engine.infer(() -> Tensors.toFloats(ImageTensors.zeroToOne(List.of(image)))))
                .containsExactly(new float[] {1, 0, 0, 1, 0.2f, 0.4f}, within(1e-6f));
    }

    @Test
    void valuesBeyondBlackAndWhiteAreClipped() {
        List<Image> images =
                Engine.infer(() -> ImageTensors.images(Tensors.of(new float[] {-3, 3, 0.999f, 1, 0, -1}, 1, 3, 1, 2)));
        assertThat(images)
                .containsExactly(new Image(2, 1, new byte[] {0, (byte) 255, (byte) 128, (byte) 255, (byte) 255, 0}));
    }

    @Test
    void aMaskIsOneWhereTheImageIsBright() {
        Image image = new Image(2, 1, new byte[] {127, 127, 127, (byte) 128, (byte) 128, (byte) 128});
        assertThat(Engine.infer(() -> Tensors.toFloats(ImageTensors.mask(image))))
                .containsExactly(0, 1);
    }

    @ParameterizedTest
    @CsvSource({"40, 56, BICUBIC", "200, 64, BICUBIC", "56, 40, LANCZOS"})
    void resizedTensorsAreResizedImagesUpToRounding(int width, int height, Resampling filter) {
        double error = Engine.infer(() -> TensorScope.released(() -> {
            Tensor resized = ImageTensors.resized(ImageTensors.of(HILLS), height, width, filter);
            Tensor expected = ImageTensors.of(HILLS.resize(width, height, filter));
            return resized.clamp_min(new Scalar(-1.0))
                    .clamp_max(new Scalar(1.0))
                    .sub(expected)
                    .abs()
                    .max()
                    .item_double();
        }));

        // Images are rounded after rows and again after columns.
        assertThat(error * 127.5).isCloseTo(0, within(2.0));
        assertThat(error * 127.5).isPositive();
    }
}

package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelsTest {
    @ParameterizedTest
    @CsvSource({"40, 56, BICUBIC", "200, 64, BICUBIC", "56, 40, LANCZOS"})
    void resizedTensorsAreResizedPicturesUpToRounding(int width, int height, Resampling filter) {
        Image image = Scenes.of(Split.TRAIN, 1).get(0).image();
        double error = Engine.infer(() -> TensorScope.released(() -> {
            Tensor resized = Pixels.resized(Pixels.of(List.of(image)), height, width, filter);
            Tensor expected = Pixels.of(List.of(image.resize(width, height, filter)));
            return resized.clamp_min(new Scalar(-1.0))
                    .clamp_max(new Scalar(1.0))
                    .sub(expected)
                    .abs()
                    .max()
                    .item_double();
        }));

        // Pictures are rounded, and cut off at black and white, after rows and again after columns.
        assertThat(error * 127.5).isCloseTo(0, within(12.0));
        assertThat(error * 127.5).isPositive();
    }
}

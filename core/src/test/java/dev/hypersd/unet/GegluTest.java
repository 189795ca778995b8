package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.BasicTransformerBlock.FeedForward;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GegluTest {
    /** The tanh approximation of GELU is off by 1e-4 at these points, F32 by 1e-7. */
    @ParameterizedTest
    @CsvSource({"1, 0.84134475", "-1, -0.15865525", "2, 1.9544997", "-2.5, -0.015524161", "0, 0"})
    void theGateIsTheExactGeluOfTheSecondHalf(float x, double expected) {
        float[] y = Engine.infer(() -> {
            // One channel in; value = 3, gate = x.
            Parameters parameters = new Parameters((name, init, shape) -> name.endsWith("weight")
                    ? Tensors.of(new float[] {0, 1}, shape)
                    : Tensors.of(new float[] {3, 0}, shape));
            return Tensors.toFloats(
                    new FeedForward.Geglu(parameters, 1, 1).forward(Tensors.of(new float[] {x}, 1, 1, 1)));
        });
        assertThat((double) y[0]).isCloseTo(3 * expected, within(1e-6));
    }
}

package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetConfig.Order;
import org.junit.jupiter.api.Test;

/** Waves against their closed form, in F32: 1e-6 where arguments are small. */
class SinusoidsTest {
    private static final double TOLERANCE = 1e-6;

    @Test
    void timestepsAreCosinesThenSinesOfFallingFrequency() {
        float[] waves = timesteps(3, Order.COSINE_FIRST, 0);
        // Four frequencies: 10000^(-i/4).
        for (int i = 0; i < 4; i++) {
            double angle = 3 * Math.pow(10_000, -i / 4.0);
            assertThat((double) waves[i]).isCloseTo(Math.cos(angle), within(TOLERANCE));
            assertThat((double) waves[4 + i]).isCloseTo(Math.sin(angle), within(TOLERANCE));
        }
    }

    @Test
    void theOrderOptionExchangesSinesAndCosines() {
        float[] cosineFirst = timesteps(3, Order.COSINE_FIRST, 0);
        float[] sineFirst = timesteps(3, Order.SINE_FIRST, 0);
        for (int i = 0; i < 8; i++) {
            assertThat(sineFirst[i]).isEqualTo(cosineFirst[(i + 4) % 8]);
        }
    }

    @Test
    void aShiftOfOneReachesTheLowestFrequencyInTheLastWave() {
        assertThat((double) timesteps(3, Order.SINE_FIRST, 1)[3]).isCloseTo(Math.sin(3e-4), within(TOLERANCE));
    }

    @Test
    void fractionsOfTimestepsCount() {
        assertThat((double) timesteps(2.5f, Order.SINE_FIRST, 0)[0]).isCloseTo(Math.sin(2.5), within(TOLERANCE));
    }

    @Test
    void guidanceIsSinesThenCosinesOfAThousandfold() {
        float[] waves = Engine.infer(() ->
                Tensors.toFloats(Conditioning.guidanceEmbedding(Tensors.of(new float[] {0.004f}, 1), 8)));
        for (int i = 0; i < 4; i++) {
            double angle = 4 * Math.pow(10_000, -i / 3.0);
            assertThat((double) waves[i]).isCloseTo(Math.sin(angle), within(TOLERANCE));
            assertThat((double) waves[4 + i]).isCloseTo(Math.cos(angle), within(TOLERANCE));
        }
    }

    private static float[] timesteps(float time, Order order, double shift) {
        return Engine.infer(() ->
                Tensors.toFloats(Sinusoids.ofTimesteps(Tensors.of(new float[] {time}, 1), 8, order, shift)));
    }
}

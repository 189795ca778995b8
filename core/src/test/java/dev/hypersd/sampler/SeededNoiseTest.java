package dev.hypersd.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class SeededNoiseTest {
    @Test
    void seedZeroGivesTheNumbersOfPyTorch() {
        float[] noise = draw(new long[] {0}, 4);
        // As PyTorch prints them, to four digits.
        assertThat(noise).containsExactly(new float[] {1.5410f, -0.2934f, -2.1788f, 0.5684f}, within(5e-5f));
    }

    @Test
    void noiseContinuesWhereItStopped() {
        TensorScope.released(() -> {
            NoiseSource noise = new SeededNoise(7);
            float[] first = Tensors.toFloats(noise.next(1, 4, 2, 2));
            float[] second = Tensors.toFloats(noise.next(1, 4, 2, 2));
            assertThat(second).isNotEqualTo(first);
            assertThat(Tensors.toFloats(new SeededNoise(7).next(1, 4, 2, 2))).isEqualTo(first);
            return "";
        });
    }

    @Test
    void anImageHasTheSameNoiseAloneAndInABatch() {
        float[] batch = draw(new long[] {3, 4}, 2, 4, 3, 5);
        float[] alone = draw(new long[] {4}, 1, 4, 3, 5);
        assertThat(Arrays.copyOfRange(batch, 60, 120)).isEqualTo(alone);
    }

    @Test
    void aBatchOfAnotherSizeThanTheSeedsIsRefused() {
        assertThatThrownBy(() -> draw(new long[] {1, 2}, 3, 4))
                .hasMessage("2 seeds cannot give noise of shape [3, 4], which has 3 rows");
    }

    @Test
    void theLastSeedIsThatOfPyTorch() {
        long last = Long.parseUnsignedLong("18446744073709551615");
        float[] expected = TensorScope.released(() -> {
            torch.manual_seed(last);
            return Tensors.toFloats(torch.randn(4));
        });
        assertThat(draw(new long[] {last}, 4)).isEqualTo(expected).isNotEqualTo(draw(new long[] {0}, 4));
    }

    private static float[] draw(long[] seeds, long... shape) {
        return TensorScope.released(() -> Tensors.toFloats(new SeededNoise(seeds).next(shape)));
    }
}

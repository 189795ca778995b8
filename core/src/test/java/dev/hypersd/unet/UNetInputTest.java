package dev.hypersd.unet;

import static dev.hypersd.unet.TinyUNet.noise;
import static dev.hypersd.unet.TinyUNet.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that do not fit are refused in words, before native code meets them. */
class UNetInputTest {
    @Test
    void latentsNeedTheChannelsOfTheNetwork() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 9, 8, 8),
                () -> times(1),
                () -> text(1),
                "the latents must have shape [*, 4, *, *], not [1, 9, 8, 8]");
    }

    @Test
    void latentsMustNotBeEmpty() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 4, 0, 8),
                () -> times(1),
                () -> text(1),
                "the latents must have shape [*, 4, *, *], not [1, 4, 0, 8]");
    }

    @Test
    void timestepsAreOneOrOneForEach() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(3, 4, 8, 8),
                () -> times(1, 2),
                () -> text(3),
                "the timesteps must be one, or one for each of the 3 latents, not of shape [2]");
    }

    @Test
    void textMustBeAsWideAsTheNetworkWasTrainedOn() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(2, 4, 8, 8),
                () -> times(1),
                () -> Conditioning.of(noise(2, 5, 7)),
                "the text embeddings must have shape [2, *, 6], not [2, 5, 7]");
    }

    @Test
    void sdxlNeedsItsAddedConditions() {
        assertRefused(
                TinyUNet.WITH_ADDED,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1),
                "this U-Net needs pooled text and sizes");
    }

    @Test
    void networksWithoutAddedConditionsRefuseThem() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).with(new Conditioning.Added(noise(1, 6), noise(1, 6))),
                "this U-Net takes no pooled text and sizes");
    }

    @Test
    void pooledTextMustBeAsWideAsTheNetworkWasTrainedOn() {
        assertRefused(
                TinyUNet.WITH_ADDED,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).with(new Conditioning.Added(noise(1, 5), noise(1, 6))),
                "pooled text 5 wide and 6 time ids embedded in a width of 2 each do not make the 18 that this U-Net "
                        + "takes");
    }

    @Test
    void guidanceIsForNetworksThatTakeIt() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).withGuidance(noise(1, 4)),
                "this U-Net takes no guidance embedding");
        assertRefused(
                TinyUNet.GUIDED,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).withGuidance(noise(1, 8)),
                "the guidance embedding must have shape [1, 4], not [1, 8]");
    }

    @Test
    void residualsMustBeThoseOfThisNetwork() {
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).with(new Conditioning.Residuals(List.of(noise(1, 4, 8, 8)), noise(1, 8, 4, 4))),
                "this U-Net takes 4 residuals for its skip connections, not 1");
        assertRefused(
                TinyUNet.PLAIN,
                () -> noise(1, 4, 8, 8),
                () -> times(1),
                () -> text(1).with(new Conditioning.Residuals(
                        List.of(noise(1, 4, 8, 8), noise(1, 4, 8, 9), noise(1, 4, 4, 4), noise(1, 8, 4, 4)),
                        noise(1, 8, 4, 4))),
                "residual 1 must have shape [1, 4, 8, 8], not [1, 4, 8, 9]");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "5, 2", "13, 9"})
    void anySizeOfLatentsWorks(long height, long width) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Tensor sample = TinyUNet.random(TinyUNet.PLAIN, arena)
                        .forward(noise(2, 4, height, width), times(10, 20), text(2));
                assertThat(Tensors.shape(sample)).containsExactly(2, 4, height, width);
                assertThat(Tensors.toFloats(sample)).doesNotContain(Float.NaN);
            }
            return width;
        });
    }

    @Test
    void oneTimestepServesTheWholeBatch() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                UNet2DConditionModel unet = TinyUNet.random(TinyUNet.PLAIN, arena);
                Tensor latents = noise(2, 4, 8, 8);
                Conditioning text = text(2);
                assertThat(Tensors.toFloats(unet.forward(latents, times(7), text)))
                        .isEqualTo(Tensors.toFloats(unet.forward(latents, times(7, 7), text)));
            }
            return 0;
        });
    }

    /** Weights in F64 are those in F32, so that only rounding differs: 1e-4 after a dozen layers. */
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void inputsMayBeOfAnotherTypeThanTheWeights(Dtype weights) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Tensor latents = noise(1, 4, 8, 8);
                Conditioning text = text(1);
                Conditioning.Residuals none = new Conditioning.Residuals(
                        List.of(zeros(4, 8), zeros(4, 8), zeros(4, 4), zeros(8, 4)), zeros(8, 4));
                Tensor plain = TinyUNet.random(TinyUNet.PLAIN, arena).forward(latents, times(3), text);
                Tensor typed =
                        TinyUNet.random(TinyUNet.PLAIN, weights, arena).forward(latents, times(3), text.with(none));
                assertThat(Dtype.of(typed.scalar_type())).isEqualTo(Dtype.F32);
                assertThat(Tensors.toFloats(typed.sub(plain)))
                        .usingComparatorWithPrecision(1e-4f)
                        .containsOnly(0f);
            }
            return weights;
        });
    }

    private static Tensor zeros(long channels, long size) {
        return noise(1, channels, size, size).zero_();
    }

    @Test
    void aPredictionFreesAllTensorsButItsResult() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                UNet2DConditionModel unet = TinyUNet.random(TinyUNet.PLAIN, arena);
                Tensor latents = noise(1, 4, 8, 8);
                Tensor time = times(500);
                Conditioning text = text(1);
                long before = Pointer.totalCount();
                try (PointerScope scope = new PointerScope()) {
                    unet.forward(latents, time, text);
                    assertThat(Pointer.totalCount() - before).isEqualTo(1);
                }
                assertThat(Pointer.totalCount()).isEqualTo(before);
            }
            return 0;
        });
    }

    private static Conditioning text(long batch) {
        return Conditioning.of(noise(batch, 5, 6));
    }

    private static void assertRefused(
            UNetConfig config,
            Supplier<Tensor> latents,
            Supplier<Tensor> timesteps,
            Supplier<Conditioning> conditioning,
            String message) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                UNet2DConditionModel unet = TinyUNet.random(config, arena);
                assertThatThrownBy(() -> unet.forward(latents.get(), timesteps.get(), conditioning.get()))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining(message);
            }
            return message;
        });
    }
}

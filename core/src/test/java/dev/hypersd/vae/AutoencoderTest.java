package dev.hypersd.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import dev.hypersd.nn.GradientCheck;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class AutoencoderTest {
    private static final LatentScaling SCALING = new LatentScaling(List.of(2.0, 4.0), List.of(0.5, -1.0));

    @Test
    void latentsAreScaledAndShiftedByChannel() {
        Engine.infer(() -> {
            Tensor latents = Tensors.of(new float[] {1, 1}, 1, 2, 1, 1);
            Tensor raw = SCALING.restore(latents);
            assertThat(Tensors.toFloats(raw)).containsExactly(2.5f, 3);
            assertThat(Tensors.toFloats(SCALING.normalise(raw))).containsExactly(1, 1);
            assertThat(Tensors.toFloats(latents)).containsExactly(1, 1);
            return 0;
        });
    }

    @Test
    void posteriorsClampTheirVariance() {
        Engine.infer(() -> {
            DiagonalGaussian posterior =
                    DiagonalGaussian.of(Tensors.of(new float[] {5, 6, 7, 100, -100, 0}, 1, 6, 1, 1));
            assertThat(Tensors.toFloats(posterior.mode())).containsExactly(5, 6, 7);
            assertThat(Tensors.toFloats(posterior.logVariance())).containsExactly(20, -30, 0);
            Tensor noise = Tensors.of(new float[] {0, 1, 2}, 1, 3, 1, 1);
            float[] sample = Tensors.toFloats(posterior.sample(noise));
            assertThat(sample[0]).isEqualTo(5);
            assertThat(sample[1]).isCloseTo(6 + (float) Math.exp(-15), within(1e-6f));
            assertThat(sample[2]).isEqualTo(9);
            return 0;
        });
    }

    @Test
    void sizesThatDoNotFitAreRefusedInWords() {
        withEach(autoencoder -> {
            assertThatThrownBy(() -> autoencoder.decode(noise(1, 3, 4, 4)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("the latents must have shape [*, 2, *, *], not [1, 3, 4, 4]");
            assertThatThrownBy(() -> autoencoder.encode(noise(1, 3, 4, 5), AutoencoderTest::drawn))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("images of 5 x 4 pixels cannot be encoded: width and height must be multiples of 2");
            assertThatThrownBy(() -> autoencoder.encode(noise(1, 4, 4, 4), AutoencoderTest::drawn))
                    .hasMessage("the images must have shape [*, 3, *, *], not [1, 4, 4, 4]");
        });
    }

    @Test
    void shapesFollowTheScaleFactor() {
        withEach(autoencoder -> {
            assertThat(Tensors.shape(autoencoder.decode(noise(2, 2, 3, 5)))).containsExactly(2, 3, 6, 10);
            assertThat(Tensors.shape(autoencoder.encode(noise(2, 3, 6, 10), () -> noise(2, 2, 3, 5))))
                    .containsExactly(2, 2, 3, 5);
        });
    }

    @Test
    void inputsMayBeOfAnotherTypeThanTheWeights() {
        withEach(autoencoder -> {
            Tensor latents = noise(1, 2, 4, 4);
            Tensor picture = autoencoder.decode(latents.to(Dtype.F64.scalarType()));
            assertThat(Dtype.of(picture.scalar_type())).isEqualTo(Dtype.F64);
            assertThat(Tensors.toFloats(picture))
                    .containsExactly(Tensors.toFloats(autoencoder.decode(latents)), within(1e-4f));
        });
    }

    @Test
    void smallPicturesAreNotTiled() {
        withEach(autoencoder -> {
            Tensor latents = noise(1, 2, 6, 6);
            assertThat(Tensors.toFloats(autoencoder.tiled(new Tiling(6, 2)).decode(latents)))
                    .isEqualTo(Tensors.toFloats(autoencoder.decode(latents)));
        });
    }

    @Test
    void tilingGivesAPictureOfTheSameSize() {
        withEach(autoencoder -> {
            Autoencoder tiled = autoencoder.tiled(new Tiling(6, 2));
            assertThat(Tensors.shape(tiled.decode(noise(1, 2, 13, 4)))).containsExactly(1, 3, 26, 8);
            assertThat(Tensors.shape(tiled.encode(noise(1, 3, 26, 8), () -> noise(1, 2, 13, 4))))
                    .containsExactly(1, 2, 13, 4);
        });
    }

    /**
     * Nothing but convolutions looks around in it, no farther than a few latents: in the middle of a tile all is as it
     * was.
     */
    @Test
    void tilesOfTheTinyAutoencoderAgreeWithTheWholeAwayFromSeams() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Autoencoder autoencoder = tiny(parameters(arena));
                Tensor latents = noise(1, 2, 60, 1);
                float[] whole = Tensors.toFloats(autoencoder.decode(latents).select(1, 0));
                float[] tiled = Tensors.toFloats(
                        autoencoder.tiled(new Tiling(48, 16)).decode(latents).select(1, 0));
                // Seam between latents 22 and 38 here; of the first tile 48 latents were known.
                for (int i = 0; i < 2 * 22 * 2; i++) {
                    assertThat(tiled[i]).isCloseTo(whole[i], within(1e-4f));
                }
            }
            return 0;
        });
    }

    @Test
    void allParametersTrain() {
        Tensor image = noise(1, 3, 6, 4).to(Dtype.F64.scalarType());
        Tensor drawn = noise(1, 2, 3, 2).to(Dtype.F64.scalarType());
        GradientCheck.check(p -> {
            Autoencoder autoencoder = kl(p);
            return () -> autoencoder.decode(autoencoder.encode(image, () -> drawn));
        });
        GradientCheck.check(p -> {
            Autoencoder autoencoder = tiny(p);
            return () -> autoencoder.decode(autoencoder.encode(image, AutoencoderTest::drawn));
        });
    }

    @Test
    void decodingFreesAllTensorsButThePicture() {
        withEach(autoencoder -> {
            Tensor latents = noise(1, 2, 4, 4);
            long before = Pointer.totalCount();
            try (PointerScope scope = new PointerScope()) {
                autoencoder.decode(latents);
                assertThat(Pointer.totalCount() - before).isEqualTo(1);
            }
            assertThat(Pointer.totalCount()).isEqualTo(before);
        });
    }

    private static void withEach(Consumer<Autoencoder> check) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                check.accept(kl(parameters(arena)));
                check.accept(tiny(parameters(arena)));
            }
            return 0;
        });
    }

    private static Autoencoder kl(Parameters parameters) {
        Set<AutoencoderKlConfig.Option> all = Set.of(AutoencoderKlConfig.Option.values());
        return new AutoencoderKl(new AutoencoderKlConfig(3, 2, List.of(4, 8), 1, 2, SCALING, all), parameters);
    }

    private static Autoencoder tiny(Parameters parameters) {
        AutoencoderTinyConfig.Half half = new AutoencoderTinyConfig.Half(4, Collections.nCopies(2, 1));
        return new AutoencoderTiny(new AutoencoderTinyConfig(3, 2, half, half, SCALING, 3, 0.5), parameters);
    }

    private static Parameters parameters(TensorArena arena) {
        return new Parameters(new RandomParameters(1, Dtype.F32, arena));
    }

    private static Tensor noise(long... shape) {
        return torch.randn(shape, Tensors.options(Dtype.F32));
    }

    private static Tensor drawn() {
        throw new AssertionError("noise was drawn for pictures that cannot be encoded");
    }
}

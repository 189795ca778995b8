package dev.hypersd.judge.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class PerceptualDistanceTest {
    private static final BackboneConfig CONFIG = new BackboneConfig(List.of(8, 16), List.of(1, 1), 8);

    @Test
    void thePerceptualDistanceIsZeroForEqualPicturesAndGrowsWithTheDifference() {
        List<Double> distances = with((backbone, pixels) -> {
            PerceptualDistance distance = new PerceptualDistance(backbone);
            return List.of(
                    distance.between(pixels, pixels).item_double(),
                    distance.between(pixels.mul(new Scalar(0.9)), pixels).item_double(),
                    distance.between(pixels.mul(new Scalar(0.2)), pixels).item_double());
        });
        assertThat(distances.getFirst()).isZero();
        assertThat(distances.get(1)).isPositive();
        assertThat(distances.getLast()).isGreaterThan(distances.get(1)).isLessThanOrEqualTo(4);
    }

    @Test
    void thePerceptualDistanceIsTheMeanSquaredDifferenceOfUnitVectors() {
        double error = with((backbone, pixels) -> {
            Tensor other = pixels.mul(new Scalar(0.5));
            double expected = 0;
            for (int level = 0; level < CONFIG.widths().size(); level++) {
                expected += naive(
                                backbone.levels(pixels).get(level),
                                backbone.levels(other).get(level))
                        / CONFIG.widths().size();
            }
            return new PerceptualDistance(backbone).between(other, pixels).item_double() - expected;
        });
        assertThat(error).isCloseTo(0, within(1e-5)); // F32, and what keeps the division finite.
    }

    @Test
    void gradientsAreThoseOfDifferences() {
        double relative = with((backbone, pixels) -> {
            PerceptualDistance distance = new PerceptualDistance(backbone);
            Tensor learned = pixels.mul(new Scalar(0.5)).detach().set_requires_grad(true);
            distance.between(learned, pixels).backward();
            Tensor uphill = learned.grad().div(learned.grad().norm());
            double step = 0.05;
            double expected = learned.grad().norm().item_double();
            Tensor up = learned.detach().add(uphill, new Scalar(step));
            Tensor down = learned.detach().add(uphill, new Scalar(-step));
            double difference = distance.between(up, pixels)
                    .sub(distance.between(down, pixels))
                    .item_double();
            return difference / (2 * step) / expected;
        });
        assertThat(relative).isCloseTo(1, within(0.02)); // The distance is curved.
    }

    @Test
    void pixelsHaveGradientsAndMixedPrecisionChangesLittle() {
        double relative = with((backbone, pixels) -> {
            PerceptualDistance distance = new PerceptualDistance(backbone);
            Tensor learned = pixels.mul(new Scalar(0.5)).detach().set_requires_grad(true);
            Tensor exact = distance.between(learned, pixels);
            exact.backward();
            assertThat(learned.grad().abs().sum().item_double()).isPositive();
            double mixed = Autocast.during(
                    Dtype.BF16, () -> distance.between(learned, pixels).item_double());
            return mixed / exact.item_double();
        });
        assertThat(relative).isCloseTo(1, within(0.05)); // BF16 has eight bits.
    }

    @Test
    void picturesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> with((backbone, pixels) ->
                        new PerceptualDistance(backbone).between(pixels.narrow(2, 0, 30), pixels)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("pictures of 32x30 cannot be judged, both sides must be multiples of 4");
    }

    private static double naive(Tensor a, Tensor b) {
        long[] shape = Tensors.shape(a);
        float[] x = Tensors.toFloats(a.permute(0, 2, 3, 1));
        float[] y = Tensors.toFloats(b.permute(0, 2, 3, 1));
        int channels = (int) shape[1];
        double sum = 0;
        for (int at = 0; at < x.length; at += channels) {
            double lengthX = 0;
            double lengthY = 0;
            for (int c = 0; c < channels; c++) {
                lengthX += x[at + c] * x[at + c];
                lengthY += y[at + c] * y[at + c];
            }
            for (int c = 0; c < channels; c++) {
                sum += Math.pow(x[at + c] / Math.sqrt(lengthX) - y[at + c] / Math.sqrt(lengthY), 2);
            }
        }
        return sum * channels / x.length;
    }

    /** With a network of random weights and two pictures of 32 pixels. */
    private static <T> T with(BiFunction<Backbone, Tensor, T> work) {
        return Engine.call(() -> {
            try (TensorArena arena = new TensorArena();
                    PointerScope scope = new PointerScope()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                Scenes scenes = new Scenes(Split.TRAIN, 2, 32, Optional.empty(), 0);
                Tensor pixels = ImageTensors.of(
                        List.of(scenes.get(0).image(), scenes.get(1).image()));
                return work.apply(new Backbone(CONFIG, parameters), pixels);
            }
        });
    }
}

package dev.hypersd.judge.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Mask;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

class SegmentationTest {
    private static final List<Sample> PICTURES = LongStream.range(0, 4)
            .mapToObj(new Scenes(Split.TRAIN, 4, 64, Optional.empty(), 3)::get)
            .toList();

    @Test
    void aSegmenterOverfitsMasksAndPixelsHaveGradients() {
        Engine.call(() -> {
            try (PointerScope scope = new PointerScope();
                    TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                Segmenter segmenter = new Segmenter(new BackboneConfig(List.of(16, 32), List.of(1, 2), 8), parameters);
                double begin = learn(segmenter, parameters, 1);
                double end = learn(segmenter, parameters, 60);
                assertThat(begin).isGreaterThan(0.5);
                assertThat(end).isLessThan(0.15);
                parameters.all().forEach(SegmentationTest::assertGradient);

                Tensor pixels = ImageTensors.of(
                                PICTURES.stream().map(Sample::image).toList())
                        .set_requires_grad(true);
                SegmentationLosses.of(segmenter, pixels, PICTURES).mask().backward();
                assertThat(pixels.grad().abs().sum().item_double()).isPositive();
            }
            return 0;
        });
    }

    private static double learn(Segmenter segmenter, Parameters parameters, int steps) {
        TensorVector learned = new TensorVector(parameters.all().stream()
                .map(parameter -> parameter.base().set_requires_grad(true))
                .toArray(Tensor[]::new));
        Adam adam = new Adam(learned, new AdamOptions(3e-3));
        double mask = 0;
        for (int step = 0; step < steps; step++) {
            try (PointerScope scope = new PointerScope()) {
                SegmentationLosses losses = SegmentationLosses.of(segmenter, PICTURES);
                adam.zero_grad();
                losses.category().add(losses.mask()).backward();
                adam.step();
                mask = losses.mask().item_double();
            }
        }
        return mask;
    }

    private static void assertGradient(Parameter parameter) {
        assertThat(parameter.base().grad().defined()).as(parameter.name()).isTrue();
    }

    @Test
    void theFocalLossIsThatOfTheFormula() {
        Engine.infer(() -> {
            Tensor logits = Tensors.empty(1, 1, 1, 2).fill_(new Scalar(0));
            Tensor target = Tensors.of(new float[] {1, 0}, 1, 1, 1, 2);
            // 1/4 (1/2)^2 log 2 and 3/4 (1/2)^2 log 2.
            assertThat(SegmentationLosses.focal(logits, target).item_double()).isCloseTo(Math.log(2) / 4, within(1e-6));
            return 0;
        });
    }

    @Test
    void theDiceLossIsZeroForEqualMasksAndOneForDisjointOnes() {
        Engine.infer(() -> {
            Tensor left = Tensors.of(new float[] {50, -50}, 1, 1, 2);
            Tensor target = Tensors.of(new float[] {1, 0}, 1, 1, 2);
            Tensor other = Tensors.of(new float[] {0, 1}, 1, 1, 2);
            Tensor half = Tensors.of(new float[] {1, 1}, 1, 1, 2);
            assertThat(SegmentationLosses.dice(left, target).item_double()).isCloseTo(0, within(1e-6));
            assertThat(SegmentationLosses.dice(left, other).item_double()).isCloseTo(1, within(1e-6));
            assertThat(SegmentationLosses.dice(left, half).item_double()).isCloseTo(1 / 3.0, within(1e-6));
            return 0;
        });
    }

    @Test
    void theMiddleOfASquareIsAroundItsCentre() {
        BitSet square = new BitSet();
        for (int row = 16; row < 32; row++) {
            square.set(row * 64 + 32, row * 64 + 48);
        }
        // Rows 16 to 31: their centre is 24, 1.6 to each side, in cells of 4 pixels.
        assertThat(SegmentationTargets.Middle.of(square, 64, 16))
                .isEqualTo(new SegmentationTargets.Middle(5, 6, 9, 10));
    }

    @Test
    void aMaskIsTheCoveredPartOfEachSquare() {
        Sample sample = PICTURES.getFirst();
        SegmentationTargets targets = SegmentationTargets.of(List.of(sample), 16);
        Mask first = sample.masks().getFirst();
        float sum = 0;
        for (float part : targets.positives().getFirst().mask()) {
            sum += part;
        }
        assertThat((double) sum * 4).isCloseTo(first.pixels().cardinality(), within(0.01));
    }
}

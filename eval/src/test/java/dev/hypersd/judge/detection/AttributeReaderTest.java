package dev.hypersd.judge.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.detection.Detections.DetectedObject;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.Comparator;
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

class AttributeReaderTest {
    private static final BackboneConfig SMALL = new BackboneConfig(List.of(16, 32), List.of(1, 2), 8);

    private static final List<Sample> PICTURES = LongStream.range(0, 6)
            .mapToObj(new Scenes(Split.TRAIN, 6, 64, Optional.empty(), 3)::get)
            .toList();

    @Test
    void aReaderOverfitsScenesAndReadsThemBack() {
        Engine.call(() -> {
            try (PointerScope scope = new PointerScope();
                    TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                AttributeReader reader = new AttributeReader(SMALL, parameters);
                learn(reader, parameters);
                Tensor pixels =
                        ImageTensors.of(PICTURES.stream().map(Sample::image).toList());
                List<Detections> readings = new AttributeDecoder(reader).decode(reader.grid(pixels));
                for (int i = 0; i < readings.size(); i++) {
                    assertRead(PICTURES.get(i), readings.get(i));
                }
            }
            return 0;
        });
    }

    private static void learn(AttributeReader reader, Parameters parameters) {
        TensorVector learned = new TensorVector(parameters.all().stream()
                .map(parameter -> parameter.base().set_requires_grad(true))
                .toArray(Tensor[]::new));
        Adam adam = new Adam(learned, new AdamOptions(3e-3));
        for (int step = 0; step < 120; step++) {
            try (PointerScope scope = new PointerScope()) {
                AttributeLosses losses = AttributeLosses.of(reader, PICTURES);
                adam.zero_grad();
                losses.peaks()
                        .add(losses.geometry())
                        .add(losses.colour())
                        .add(losses.background())
                        .add(losses.style())
                        .backward();
                adam.step();
            }
        }
        for (Parameter parameter : parameters.all()) {
            assertThat(parameter.base().grad().defined()).as(parameter.name()).isTrue();
        }
    }

    private static void assertRead(Sample truth, Detections reading) {
        assertThat(reading.background()).isEqualTo(truth.scene().background());
        assertThat(reading.style()).isEqualTo(truth.scene().style());
        assertThat(reading.objects()).hasSameSizeAs(truth.objects());
        for (PlacedObject object : truth.objects()) {
            DetectedObject seen = reading.objects().stream()
                    .filter(s -> s.kind() == object.kind())
                    .min(Comparator.comparingDouble(s -> Math.hypot(s.x() - object.x(), s.y() - object.y())))
                    .orElseThrow();
            assertThat(seen.colour()).isEqualTo(object.colour());
            assertThat(seen.x()).isCloseTo(object.x(), within(0.06));
            assertThat(seen.y()).isCloseTo(object.y(), within(0.06));
            assertThat(Math.log(seen.extent() / object.extent())).isCloseTo(0, within(0.25));
        }
    }

    @Test
    void sidesThatTheGridDoesNotDivideAreRefused() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                AttributeReader reader =
                        new AttributeReader(SMALL, new Parameters(new RandomParameters(1, Dtype.F32, arena)));
                assertThatThrownBy(() -> reader.grid(Tensors.empty(1, 3, 64, 66)))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessage("pictures of 66x64 cannot be judged, both sides must be multiples of 4");
            }
            return 0;
        });
    }

    @Test
    void theFocalLossIsThatOfTheFormula() {
        Engine.infer(() -> {
            // Probability 1/2 everywhere: at the peak -(1/2)^2 log(1/2), beside it -(1 - 1/2)^4 (1/2)^2 log(1/2), far
            // away (1/2)^2 log 2.
            Tensor logits = Tensors.empty(1, 1, 1, 3).fill_(new Scalar(0));
            Tensor target = Tensors.of(new float[] {1, 0.5f, 0}, 1, 1, 1, 3);
            double expected = Math.log(2) * (0.25 + 0.25 / 16 + 0.25);
            assertThat(AttributeLosses.focal(logits, target).item_double()).isCloseTo(expected, within(1e-6));
            return 0;
        });
    }

    @Test
    void theMoreConfidentOfTwoDetectionsOfOneObjectIsKept() {
        DetectedObject fish =
                new DetectedObject(PICTURES.getFirst().objects().getFirst().kind(), Colour.RED, 0.5, 0.5, 0.3, 0.9);
        DetectedObject nearby = new DetectedObject(fish.kind(), fish.colour(), 0.55, 0.5, 0.32, 0.5);
        DetectedObject inside = new DetectedObject(fish.kind(), fish.colour(), 0.5, 0.5, 0.15, 0.5);
        DetectedObject beside = new DetectedObject(fish.kind(), fish.colour(), 0.8, 0.5, 0.3, 0.5);
        assertThat(AttributeDecoder.distinct(List.of(fish, nearby, inside, beside)))
                .containsExactly(fish, inside, beside);
    }
}

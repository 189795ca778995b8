package dev.hypersd.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaledWeightsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"scale_weight", "weight_scale"})
    void oneScaleIsMultipliedWithTheTensorAndOneForEachChannelWithItsChannel(String kind) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = fp8(2, 3);
            assertThat(read(Map.of("a.weight", weight, "a." + kind, torch.full(new long[] {}, number(0.5)))))
                    .containsExactly(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f);
            Tensor channels = torch.arange(number(1), number(3)).to(torch.ScalarType.Float);
            assertThat(read(Map.of("a.weight", weight, "a." + kind, channels))).containsExactly(1, 1, 1, 2, 2, 2);
            assertThat(read(Map.of("a.weight", weight, "a." + kind, channels.reshape(2, 1))))
                    .containsExactly(1, 1, 1, 2, 2, 2);
        }
    }

    @Test
    void scalesOfTheInputAndMarksChangeNothing() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(read(Map.of(
                            "a.weight", fp8(1, 2),
                            "a.bias", torch.zeros(1),
                            "a.input_scale", torch.full(new long[] {}, number(3)),
                            "b.weight", fp8(1, 1),
                            "b.scale_input", torch.full(new long[] {}, number(3)),
                            "scaled_fp8", fp8(2))))
                    .containsExactly(1, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.weight_scale_2",
                "a.comfy_quant",
                "a.absmax",
                "a.weight.quant_map",
                "a.zero_point",
                "b.scale_weight"
            })
    void unknownChangesOfAWeightAreRefused(String name) {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> read(Map.of("a.weight", fp8(1, 2), name, torch.zeros(1))))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void aScaleOfAnotherShapeIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> read(Map.of("a.weight", fp8(2, 4), "a.weight_scale", torch.zeros(2, 2))))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("a.weight_scale of shape [2, 2] does not fit a.weight of shape [2, 4]");
        }
    }

    private float[] read(Map<String, Tensor> tensors) {
        Path file = folder.resolve("a.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        try (WeightSource source = ScaledWeights.view(SafetensorsFile.open(file))) {
            assertThat(source.names()).isSubsetOf("a.weight", "a.bias", "b.weight");
            Tensor loaded = source.find("a.weight")
                    .orElseThrow()
                    .load()
                    .to(torch.ScalarType.Float)
                    .contiguous();
            float[] values = new float[(int) loaded.numel()];
            loaded.data_ptr_float().get(values);
            return values;
        }
    }

    private static Tensor fp8(long... shape) {
        return torch.ones(shape).to(torch.ScalarType.Float8_e4m3fn);
    }

    private static Scalar number(double value) {
        return new Scalar(value);
    }
}

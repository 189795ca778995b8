package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hypersd.json.JsonObject;
import dev.hypersd.lora.Component;
import dev.hypersd.nn.Parameters;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputeEstimateTest {
    /**
     * 803.3 is what the operations of the network add up to one by one. For SDXL 5980 is what profilers count, which
     * leave out the products of attention: 10 blocks of 4096 positions with 640 channels, and 60 of 1024 with 1280.
     */
    @ParameterizedTest
    @CsvSource({"SD15, 64, 803.3", "SDXL, 128, 6763"})
    void theOperationsOfAStepAreThoseThatTheNetworkCarriesOut(ModelTemplate template, long side, double billions) {
        UNetConfig config = UNetConfig.from(template.config("unet/config.json"));
        try (ModelShapes shapes = ModelShapes.of(template.family())) {
            double step = ComputeEstimate.step(
                    ComputeEstimate.shapes(shapes.networks().getOrDefault(Component.UNET, Map.of())),
                    config,
                    side * side);
            assertThat(step / 1e9).isCloseTo(billions, withinPercentage(3));
        }
    }

    @Test
    void theOperationsOfTheDecoderAreThoseThatItCarriesOut() {
        JsonObject config = ModelTemplate.of(ModelFamily.SD15).config("vae/config.json");
        Map<String, long[]> shapes = Engine.infer(() -> {
            Parameters parameters = new Parameters((name, init, shape) -> Tensors.meta(Dtype.F32, shape));
            var _ = NetworkType.of(config).make(config, parameters);
            return ComputeEstimate.shapes(parameters.taken());
        });
        assertThat(ComputeEstimate.decoding(shapes, 64 * 64) / 1e9).isCloseTo(2515, withinPercentage(3));
    }
}

package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreHeadTest {
    private static final Path CASE = Path.of(System.getProperty("hypersd.reference"), "scorers", "aesthetic");

    @Test
    void scoresMatchTheReference() {
        Engine.infer(() -> {
            try (SafetensorsFile weights = SafetensorsFile.open(CASE.resolve("aesthetic_head.safetensors"));
                    SafetensorsFile golden = SafetensorsFile.open(CASE.resolve("tensors.safetensors"));
                    TensorArena arena = new TensorArena()) {
                StoredParameters stored = new StoredParameters(weights, Dtype.F32, arena);
                int width = (int) weights.find("layers.0.weight").orElseThrow().shape()[1];
                ScoreHead head =
                        new ScoreHead(List.of(width, 1024, 128, 64, 16, 1), new Parameters(stored).at("layers"));
                assertThat(stored.unused()).isEmpty();

                float[] expected = Tensors.toFloats(
                        golden.find("expected.score").orElseThrow().load());
                float[] scores = Tensors.toFloats(head.forward(
                        golden.find("expected.image_embeds").orElseThrow().load()));
                for (int i = 0; i < expected.length; i++) {
                    assertThat(scores[i]).isCloseTo(expected[i], within(2e-4f + 1e-3f * Math.abs(expected[i])));
                }
            }
            return 0;
        });
    }

    @Test
    void laionsHeadHasThePublishedTensors() {
        Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
        new ScoreHead(ScoreHead.LAION, parameters.at("layers"));
        assertThat(parameters.taken().keySet())
                .contains("layers.0.weight", "layers.2.weight", "layers.4.weight", "layers.6.weight", "layers.7.bias")
                .hasSize(10);
        assertThat(parameters.count()).isEqualTo(927969);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[1]", "[768, 0, 1]", "[-768, 1]", "[768, 5]"})
    void widthsThatGiveNoScoreAreRefused(String widths) {
        JsonObject config = Json.parse(
                Path.of("config.json"), "{\"widths\": %s}".formatted(widths).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ScoreHead.TYPE.reader().apply(config))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("config.json: widths is %s, but a head has at least two widths of 1 or more and ends with 1"
                        .formatted(widths));
    }

    @Test
    void vectorsOfAnotherWidthAreRefused() {
        Engine.infer(() -> {
            ScoreHead head = new ScoreHead(List.of(4, 1), new Parameters(ParameterSource.SHAPES_ONLY));
            assertThatThrownBy(() -> head.forward(Tensors.empty(2, 5)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("the vectors must have shape [*, 4], not [2, 5]");
            return 0;
        });
    }
}

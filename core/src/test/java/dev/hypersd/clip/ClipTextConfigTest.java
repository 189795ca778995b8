package dev.hypersd.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipTextConfigTest {
    @Test
    void theArchitectureDecidesOnTheProjection() {
        assertThat(config("\"architectures\": [\"CLIPTextModel\"], \"projection_dim\": 24")
                        .projection())
                .isEmpty();
        assertThat(config("\"architectures\": [\"CLIPTextModelWithProjection\"], \"projection_dim\": 24")
                        .projection())
                .hasValue(24);
    }

    @Test
    void absentKeysHaveTheDefaultsOfDiffusers() {
        ClipTextConfig config = config("");
        assertThat(config.activation()).isEqualTo(Activation.QUICK_GELU);
        assertThat(config.endOfText()).isEqualTo(49407);
        assertThat(config.longestPrompt()).isEqualTo(77);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hidden_act\": \"relu\"                 | hidden_act is relu, neither gelu nor quick_gelu",
                "\"num_attention_heads\": 7               | num_attention_heads asks for 7 heads on width 512",
                "\"num_hidden_layers\": 0                 | num_hidden_layers must be a positive number, not 0",
                "\"architectures\": [\"CLIPVisionModel\"] | architectures is [CLIPVisionModel]; text encoders are",
                "\"attention_dropout\": 0.1               | attention_dropout is 0.1; only 0 is supported",
            })
    void unsupportedOptionsAreRefused(String option, String message) {
        assertThatThrownBy(() -> config(option))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith("text_encoder/config.json: ")
                .hasMessageContaining(message);
    }

    private static ClipTextConfig config(String options) {
        return ClipTextConfig.from(Json.parse(
                Path.of("text_encoder/config.json"), ("{" + options + "}").getBytes(StandardCharsets.UTF_8)));
    }
}

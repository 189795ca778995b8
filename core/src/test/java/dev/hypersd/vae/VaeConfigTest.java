package dev.hypersd.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Engine;
import dev.hypersd.vae.AutoencoderKlConfig.Option;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeConfigTest {
    private static final String TAESD = """
            {"encoder_block_out_channels": [64, 64, 64, 64], "num_encoder_blocks": [1, 3, 3, 3],
             "decoder_block_out_channels": [64, 64, 64, 64], "num_decoder_blocks": [3, 3, 3, 1]%s}
            """;

    @Test
    void sd15HasThePublishedNumberOfParameters() {
        assertThat(klCount("")).isEqualTo(83_653_863L);
    }

    @Test
    void optionalPartsHaveNoParametersWhereTheyAreOff() {
        long quant = 8 * 8 + 8;
        long postQuant = 4 * 4 + 4;
        long attention = 2 * (512 + 512 + 4 * (512 * 512 + 512));
        assertThat(klCount(", \"use_quant_conv\": false")).isEqualTo(83_653_863L - quant);
        assertThat(klCount(", \"use_post_quant_conv\": false")).isEqualTo(83_653_863L - postQuant);
        assertThat(klCount(", \"mid_block_add_attention\": false")).isEqualTo(83_653_863L - attention);
    }

    @Test
    void taesdHasThePublishedNumberOfParameters() {
        long count = Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            new AutoencoderTiny(AutoencoderTinyConfig.from(json(TAESD.formatted(""))), parameters);
            return parameters.count();
        });
        assertThat(count).isEqualTo(2_445_063L);
    }

    @Test
    void absentOptionsAreOn() {
        assertThat(kl("").options()).containsExactlyInAnyOrder(Option.values());
        assertThat(kl("").scaleFactor()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"act_fn\": \"relu\"            | act_fn is \"relu\"; only silu is supported",
                "\"out_channels\": 4             | out_channels is 4; only 3 is supported",
                "\"norm_num_groups\": 48         | block_out_channels must be multiples of norm_num_groups 48",
                "\"scaling_factor\": 0           | scaling_factor must be positive, not 0.0",
                "\"latents_mean\": [0, 0]        | latents_mean has 2 entries for 4 channels",
                "\"latents_std\": [1, 1, 0, 1]   | latents_std must be positive",
                "\"up_block_types\": [\"UpDecoderBlock2D\", \"AttnUpDecoderBlock2D\"] | up_block_types is "
                        + "[UpDecoderBlock2D, AttnUpDecoderBlock2D]",
            })
    void unsupportedOptionsAreRefused(String option, String message) {
        assertThatThrownBy(() -> AutoencoderKlConfig.from(json("{\"block_out_channels\": [64, 128], " + option + "}")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith("vae/config.json: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[64, 64, 64, 64] | [64, 64, 64, 32] | encoder_block_out_channels must be one positive width at all "
                        + "sizes",
                "[3, 3, 3, 1]     | [3, 3, 3]        | num_decoder_blocks must be a number for each of the 4 sizes",
                "[3, 3, 3, 1]     | [3, 3, 3, -1]    | num_decoder_blocks must be a number for each of the 4 sizes",
            })
    void tinyAutoencodersAreAsWideEverywhere(String right, String wrong, String message) {
        assertThatThrownBy(() ->
                        AutoencoderTinyConfig.from(json(TAESD.formatted("").replace(right, wrong))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    private static long klCount(String options) {
        return Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            new AutoencoderKl(kl(options), parameters);
            return parameters.count();
        });
    }

    private static AutoencoderKlConfig kl(String options) {
        return AutoencoderKlConfig.from(json("""
            {"act_fn": "silu", "block_out_channels": [128, 256, 512, 512], "in_channels": 3, "latent_channels": 4,
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", \
            "DownEncoderBlock2D"],
             "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3, "sample_size": 512,
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]%s}
            """.formatted(options)));
    }

    private static JsonObject json(String text) {
        return Json.parse(Path.of("vae/config.json"), text.getBytes(StandardCharsets.UTF_8));
    }
}

package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Engine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The published models have exactly the parameters that this network asks for; none of them is allocated here. */
class UNetSizesTest {
    static final String SD15 = """
            {"act_fn": "silu", "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
             "center_input_sample": false, "cross_attention_dim": 768,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", \
            "DownBlock2D"],
             "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
             "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": \
            64,
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}
            """;

    private static final String SDXL = """
            {"act_fn": "silu", "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
             "attention_head_dim": [5, 10, 20], "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "projection_class_embeddings_input_dim": 2816, "sample_size": 128, "transformer_layers_per_block": [1, \
            2, 10],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "use_linear_projection": true}
            """;

    @Test
    void sd15HasThePublishedNumberOfParameters() {
        assertThat(count(SD15)).isEqualTo(859_520_964L);
    }

    @Test
    void sdxlHasThePublishedNumberOfParameters() {
        assertThat(count(SDXL)).isEqualTo(2_567_463_684L);
    }

    @Test
    void theInpaintingFormDiffersByFiveInputChannels() {
        assertThat(count(SD15.replace("\"in_channels\": 4", "\"in_channels\": 9")))
                .isEqualTo(859_520_964L + 5 * 320 * 3 * 3);
    }

    private static long count(String json) {
        return Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            new UNet2DConditionModel(config(json), parameters);
            return parameters.count();
        });
    }

    static UNetConfig config(String json) {
        return UNetConfig.from(Json.parse(Path.of("unet/config.json"), json.getBytes(StandardCharsets.UTF_8)));
    }
}

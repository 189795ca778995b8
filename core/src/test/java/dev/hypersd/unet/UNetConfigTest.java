package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.unet.UNetConfig.Level;
import dev.hypersd.unet.UNetConfig.Order;
import dev.hypersd.unet.UNetConfig.Projection;
import dev.hypersd.unet.UNetConfig.Transformer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetConfigTest {
    private static final String SMALL = """
            {"block_out_channels": [32, 64], "layers_per_block": [1, 2], "attention_head_dim": [2, 4],
             "transformer_layers_per_block": [1, 3],
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"]%s}
            """;

    @Test
    void listsGiveEachLevelItsOwn() {
        UNetConfig config = UNetSizesTest.config(SMALL.formatted(""));

        Transformer coarse = new Transformer(3, 4);
        assertThat(config.levels())
                .containsExactly(new Level(32, 1, Optional.empty()), new Level(64, 2, Optional.of(coarse)));
        assertThat(config.middle()).isEqualTo(coarse);
    }

    @Test
    void absentKeysHaveTheDefaultsOfDiffusers() {
        UNetConfig config = UNetSizesTest.config("{}");

        assertThat(config.levels()).hasSize(4).allMatch(level -> level.layers() == 2);
        assertThat(config.levels().get(3).transformer()).isEmpty();
        assertThat(config.projection()).isEqualTo(Projection.CONVOLUTION);
        assertThat(config.time()).isEqualTo(new UNetConfig.Time(Order.COSINE_FIRST, 0, 1280));
        assertThat(config.guidanceDimension()).isEmpty();
        assertThat(config.added()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"act_fn\": \"gelu\"                          | act_fn is \"gelu\"; only silu is supported",
                "\"mid_block_type\": \"UNetMidBlock2D\"        | mid_block_type is \"UNetMidBlock2D\"; only "
                        + "UNetMidBlock2DCrossAttn",
                "\"resnet_time_scale_shift\": \"scale_shift\"  | resnet_time_scale_shift is \"scale_shift\"",
                "\"center_input_sample\": true                 | center_input_sample is true; only false is supported",
                "\"only_cross_attention\": [true, false]       | only_cross_attention is [true,false]",
                "\"dual_cross_attention\": true                | dual_cross_attention is true",
                "\"class_embed_type\": \"timestep\"            | class_embed_type is \"timestep\"; this option is "
                        + "not supported",
                "\"encoder_hid_dim\": 1024                     | encoder_hid_dim is 1024",
                "\"addition_embed_type\": \"text\"             | addition_embed_type is \"text\"; only text_time",
                "\"num_attention_heads\": 8                    | num_attention_heads is 8",
                "\"conv_in_kernel\": 5                         | conv_in_kernel is 5; only 3",
                "\"norm_num_groups\": 24                       | block_out_channels holds 32, no multiple of the 24 "
                        + "groups",
                "\"time_cond_proj_dim\": 33                    | time_cond_proj_dim gives an embedding of width 33, "
                        + "which must be an even number of at least 4",
                "\"cross_attention_dim\": [48, 48]             | cross_attention_dim must be a whole number",
                "\"in_channels\": 0                            | in_channels must be a positive number, not 0",
                "\"in_channels\": \"four\"                     | in_channels must be a whole number, not \"four\"",
            })
    void unsupportedOptionsAreRefused(String option, String message) {
        String json = SMALL.formatted(", " + option);
        assertThatThrownBy(() -> UNetSizesTest.config(json))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith("unet/config.json: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[2, 4]     | [2, 5]       | attention_head_dim asks for 5 heads on 64 channels",
                "[2, 4]     | [2, 0]       | attention_head_dim holds 0, not a positive number",
                "[1, 3]     | [1]          | transformer_layers_per_block has 1 entries "
                        + "for the 2 of block_out_channels",
                "\"DownBlock2D\" | \"AttnDownBlock2D\" | down_block_types holds AttnDownBlock2D; only "
                        + "CrossAttnDownBlock2D and",
                "\"DownBlock2D\" | \"UpBlock2D\" | down_block_types holds UpBlock2D",
                "[32, 64] | [33, 64] | block_out_channels gives an embedding of width 33",
                "[32, 64] | [] | block_out_channels is empty",
                "\"UpBlock2D\" | \"CrossAttnUpBlock2D\" | up_block_types is not down_block_types in reverse order",
            })
    void contradictionsAreRefused(String right, String wrong, String message) {
        String json = SMALL.formatted("").replace(right, wrong);
        assertThatThrownBy(() -> UNetSizesTest.config(json))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }
}

package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraLayersTest {
    /** The layers of the U-Net that released few-step LoRAs change: 278 modules of SD 1.5, 788 of SDXL. */
    @Test
    void allKindsOfLayersTogetherAreThoseOfTheReleasedLoras() {
        assertThat(weights(ModelUnderTest.SD15_UNET, EnumSet.allOf(LoraLayers.class)))
                .hasSize(278);
        assertThat(weights(ModelUnderTest.SDXL_UNET, EnumSet.allOf(LoraLayers.class)))
                .hasSize(788);
    }

    /**
     * 16 transformers with 8 + 2 and 2 layers; 22 residual blocks with 3, of which 14 have a shortcut; 6 changes of
     * size.
     */
    @ParameterizedTest
    @CsvSource({"ATTENTION,160", "FEED_FORWARD,32", "CONVOLUTION,86"})
    void eachKindHasItsLayers(LoraLayers kind, int count) {
        assertThat(weights(ModelUnderTest.SD15_UNET, List.of(kind))).hasSize(count);
    }

    /** A factor has a row or column of the rank for each output, and for each weight of an output. */
    @ParameterizedTest
    @CsvSource({"SD15,67252224", "SDXL,196751360"})
    void aLoraOfRank64OnAllOfThemHasTheWeightsThatTheDocumentAboutSparkNames(String family, long expected) {
        String unet = family.equals("SD15") ? ModelUnderTest.SD15_UNET : ModelUnderTest.SDXL_UNET;
        long count = weights(unet, EnumSet.allOf(LoraLayers.class)).values().stream()
                .map(Parameter::shape)
                .mapToLong(shape -> 64 * (shape[0] + LongStream.of(shape).reduce(1, Math::multiplyExact) / shape[0]))
                .sum();
        assertThat(count).isEqualTo(expected);
    }

    private static Map<String, Parameter> weights(String unet, Collection<LoraLayers> kinds) {
        return LoraLayers.weights(
                kinds,
                ModelUnderTest.of(ParameterSource.SHAPES_ONLY, unet)
                        .parameters()
                        .getOrDefault(Component.UNET, Map.of()));
    }
}

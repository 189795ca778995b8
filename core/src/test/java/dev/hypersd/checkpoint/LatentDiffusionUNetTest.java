package dev.hypersd.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatentDiffusionUNetTest {
    @ParameterizedTest
    @ValueSource(strings = {"single_file_sd15", "single_file_sdxl"})
    void everyNameIsTranslatedThereAndBack(String name) {
        Path file = ReferenceCase.root().resolve("formats").resolve(name).resolve("checkpoint.safetensors");
        try (WeightSource unet = Checkpoint.recognise(file).open("unet")) {
            Set<String> diffusers = unet.names();
            LatentDiffusionUNet fromDiffusers = new LatentDiffusionUNet(diffusers);
            Set<String> originals =
                    diffusers.stream().map(fromDiffusers::original).collect(Collectors.toSet());
            assertThat(originals).hasSameSizeAs(diffusers).doesNotContainAnyElementsOf(diffusers);
            LatentDiffusionUNet fromOriginals = new LatentDiffusionUNet(originals);
            assertThat(diffusers)
                    .allSatisfy(n -> assertThat(fromOriginals.diffusers(fromDiffusers.original(n)))
                            .isEqualTo(n));
        }
    }

    /** As published: two layers a level, and transformers in all levels but the coarsest. */
    @ParameterizedTest
    @CsvSource({
        "down_blocks.0.resnets.0.conv1, input_blocks.1.0.in_layers.2",
        "down_blocks.0.downsamplers.0.conv, input_blocks.3.0.op",
        "down_blocks.2.attentions.1.proj_in, input_blocks.8.1.proj_in",
        "down_blocks.3.resnets.1.conv2, input_blocks.11.0.out_layers.3",
        "mid_block.resnets.1.time_emb_proj, middle_block.2.emb_layers.1",
        "up_blocks.0.upsamplers.0.conv, output_blocks.2.1.conv",
        "up_blocks.1.upsamplers.0.conv, output_blocks.5.2.conv",
        "up_blocks.3.resnets.2.conv_shortcut, output_blocks.11.0.skip_connection",
        "conv_norm_out.weight, out.0.weight",
        "something.else, something.else"
    })
    void modulesOfStableDiffusionHaveTheirPublishedNames(String diffusers, String original) {
        Stream<String> names = IntStream.range(0, 4)
                .boxed()
                .flatMap(level -> Stream.of("down_blocks.%d.resnets.0.conv1", "down_blocks.%d.resnets.1.conv1")
                        .map(pattern -> pattern.formatted(level)));
        Set<String> modules = Stream.concat(
                        names,
                        Stream.of(
                                "up_blocks.1.attentions.0.proj_in",
                                "up_blocks.2.attentions.0.proj_in",
                                "up_blocks.3.attentions.0.proj_in"))
                .collect(Collectors.toSet());
        LatentDiffusionUNet table = new LatentDiffusionUNet(modules);
        assertThat(table.original(diffusers)).isEqualTo(original);
        assertThat(table.diffusers(original)).isEqualTo(diffusers);
    }

    @Test
    void levelsMayHaveDifferentNumbersOfLayers() {
        LatentDiffusionUNet table = new LatentDiffusionUNet(Set.copyOf(List.of(
                "input_blocks.0.0.weight",
                "input_blocks.1.0.in_layers.2.weight",
                "input_blocks.2.0.op.weight",
                "input_blocks.3.0.in_layers.2.weight",
                "input_blocks.4.0.in_layers.2.weight",
                "output_blocks.2.1.conv.weight")));
        assertThat(table.diffusers("input_blocks.4.0.in_layers.2.weight"))
                .isEqualTo("down_blocks.1.resnets.1.conv1.weight");
        assertThat(table.diffusers("output_blocks.2.1.conv.weight")).isEqualTo("up_blocks.0.upsamplers.0.conv.weight");
        assertThat(table.diffusers("output_blocks.3.0.in_layers.2.weight"))
                .isEqualTo("up_blocks.1.resnets.0.conv1.weight");
    }

    @Test
    void modulesOfAControlNetAreInTheTable() {
        LatentDiffusionUNet table = new LatentDiffusionUNet(Set.of("input_blocks.1.0.in_layers.2.weight"));
        assertThat(table.diffusers("zero_convs.1.0.weight")).isEqualTo("controlnet_down_blocks.1.weight");
        assertThat(table.diffusers("input_hint_block.12.bias")).isEqualTo("controlnet_cond_embedding.blocks.5.bias");
        assertThat(table.diffusers("input_hint_block.14.bias")).isEqualTo("controlnet_cond_embedding.conv_out.bias");
    }
}

package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EmbeddedModelTest {
    @Test
    void theModelIsADirectoryInTheLayoutOfDiffusers() {
        assertThat(EmbeddedModel.folder())
                .hasFileName(EmbeddedModel.NAME)
                .isDirectoryContaining("glob:**/model_index.json")
                .isDirectoryContaining("glob:**/unet");
    }

    @Test
    void theLoraIsAFile() {
        assertThat(EmbeddedModel.lora()).isRegularFile().hasExtension("safetensors");
    }

    @Test
    void lorasOfOtherMethodsAndStylesAreFiles() {
        assertThat(EmbeddedModel.loras())
                .containsKeys("unified", "hyper-4steps", "tcd", "lightning-8steps", "flat", "watercolour")
                .containsEntry("unified", EmbeddedModel.lora());
        assertThat(EmbeddedModel.loras().values())
                .allSatisfy(file -> assertThat(file).isRegularFile());
        assertThat(EmbeddedModel.loras())
                .as("a name for each file")
                .hasSameSizeAs(Objects.requireNonNull(
                        EmbeddedModel.lora().resolveSibling(".").toFile().list()));
    }

    @Test
    void theControlNetsAreFiles() {
        assertThat(EmbeddedModel.controls()).containsOnlyKeys("canny", "scribble");
        assertThat(EmbeddedModel.controls().values())
                .allSatisfy(file -> assertThat(file).isRegularFile());
    }

    @Test
    void theTinyAutoencoderIsAFolderOfANetwork() {
        assertThat(EmbeddedModel.tinyAutoencoder())
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/*.safetensors");
    }

    @Test
    void theJudgesAreFoldersOfNetworks() {
        for (String judge : List.of("attributes", "clip", "aesthetic", "preference", "segmentation")) {
            assertThat(EmbeddedModel.judges().resolve(judge))
                    .isDirectoryContaining("glob:**/config.json")
                    .isDirectoryContaining("glob:**/*.safetensors");
        }
    }
}

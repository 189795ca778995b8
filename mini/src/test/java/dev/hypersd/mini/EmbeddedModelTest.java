package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(EmbeddedModel.judges().resolve("attributes"))
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/*.safetensors");
    }
}

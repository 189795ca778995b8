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
    void theJudgesAreFoldersOfNetworks() {
        assertThat(EmbeddedModel.judges().resolve("attributes"))
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/*.safetensors");
    }
}

package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelSource;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that contradict each other are refused before anything is loaded: the model here has no weights. */
class RequestCheckTest {
    private static final Path MODELS = ReferenceCase.root().resolve("pipelines/models");

    @TempDir
    Path model;

    @BeforeEach
    void copyAllButTheWeights() throws IOException {
        Path whole = MODELS.resolve("sd15");
        try (Stream<Path> files = Files.walk(whole)) {
            for (Path file : files.filter(f -> !f.equals(whole) && !f.toString().endsWith(".safetensors"))
                    .toList()) {
                Files.copy(file, model.resolve(whole.relativize(file).toString()));
            }
        }
    }

    @Test
    void aLoraForAnotherFamilyIsRefused() {
        Path lora = MODELS.resolve("loras/sdxl-a-kohya.safetensors");
        assertRefused(ImageRequest.of("").lora(lora, 1), "does not match SD 1.5");
    }

    @Test
    void aControlNetForAnotherFamilyIsRefused() {
        Control control = Control.of(MODELS.resolve("controlnet-sdxl"), new Image(8, 8, new byte[192]));
        assertRefused(ImageRequest.of("").control(control), "is a ControlNet for SDXL, the model is not");
    }

    private void assertRefused(ImageRequest.Builder request, String sentence) {
        assertThatThrownBy(() -> DiffusionPipeline.load(new ModelSource(model), request.build()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(sentence);
    }
}

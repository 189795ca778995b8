package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.application.Drawn;
import dev.hypersd.application.LocalModel;
import dev.hypersd.application.ModelBundle;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import org.junit.jupiter.api.Test;

/** An application that names no model draws with the embedded one, and with its LoRAs by name. */
class EmbeddedBundleTest {
    private static final GenerationOptions STAR =
            GenerationOptions.of("a red star").toBuilder().seed(1).build();

    @Test
    void itIsFoundAmongTheLibraries() {
        assertThat(ModelBundle.find()).containsInstanceOf(EmbeddedBundle.class);
    }

    @Test
    void withoutOptionsItsFewStepLoraDraws() {
        try (LocalModel model = LocalModel.builder().build()) {
            assertThat(model.name()).isEqualTo(EmbeddedModel.NAME);
            Drawn drawn = model.generate(STAR);
            assertThat(drawn.warnings()).isEmpty();
            assertThat(drawn.images().getFirst().parameters().settings())
                    .containsEntry("Steps", "4")
                    .containsEntry("Sampler", "TCD");
        }
    }

    @Test
    void itsLorasAreNamed() {
        try (LocalModel model = LocalModel.builder().model(EmbeddedModel.NAME).build()) {
            Drawn drawn = model.generate(
                    STAR.toBuilder().lora(LoraReference.of("lightning-2steps")).build());
            assertThat(drawn.images().getFirst().parameters().settings()).containsEntry("Steps", "2");
            assertThatThrownBy(() -> model.generate(
                            STAR.toBuilder().lora(LoraReference.of("nothing")).build()))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith("nothing: not found; name the file of the LoRA, or one that comes with "
                            + "hypersd-mini: dmd2, flat, ");
        }
    }
}

package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code show} prints the parameters that a picture file contains. */
class ShowCommandTest {
    private static final Image PICTURE = new Image(8, 8, new byte[3 * 64]);

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        Console.verbose(false);
    }

    @Test
    void writtenParametersAreShown() {
        Path png = folder.resolve("a.png");
        Path jpeg = folder.resolve("b.jpg");
        GenerationParameters parameters =
                GenerationParameters.of("a fox", "blurry").with("Steps", 4).with("Seed", 7);
        PICTURE.write(png, parameters);
        PICTURE.write(jpeg, parameters);
        Outcome outcome = Outcome.of("show", png.toString(), jpeg.toString());
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out().lines())
                .containsExactly(
                        png + ": a fox",
                        "  negative: blurry",
                        "  Steps: 4",
                        "  Seed: 7",
                        jpeg + ": a fox",
                        "  negative: blurry",
                        "  Steps: 4",
                        "  Seed: 7");
        JsonNode json = Json.MAPPER.readTree(
                Outcome.of("show", "--json", png.toString()).out());
        assertThat(json.path("settings").path("Seed").asString()).isEqualTo("7");
    }

    @Test
    void aPictureWithoutParametersIsNamed() {
        Path plain = folder.resolve("plain.png");
        PICTURE.write(plain);
        Outcome outcome = Outcome.of("show", plain.toString());
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("plain.png: has no parameters that say how it was made");
    }
}

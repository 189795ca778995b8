package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LoRAs, ControlNets and judges that come with the program are found by name. */
class EmbeddedModelOptionsTest {
    @TempDir
    Path folder;

    @Test
    void itsFewStepLoraAndItsAutoencoderAreTakenUnlessOthersAreNamed() {
        Image plain = draw("plain.png");
        assertThat(plain.width()).isEqualTo(128);
        assertThat(draw("own.png", "--vae=own")).isEqualTo(plain);
        assertThat(draw("tiny.png", "--vae=tiny")).isNotEqualTo(plain);
        assertThat(draw("none.png", "--lora=none", "--preset=none")).isNotEqualTo(plain);
    }

    @Test
    void itsLorasHaveNames() {
        Image plain = draw("plain.png");
        assertThat(draw("unified.png", "--lora=unified")).isEqualTo(plain);
        assertThat(draw("tcd.png", "--lora=tcd")).isNotEqualTo(plain);
        assertThat(draw("named.png", "--model=hypersd-mini", "--lora=Hyper-mini-unified-lora:1"))
                .as("by the names that servers have for them")
                .isEqualTo(plain);
        Image neon = draw("neon.png", "--lora=unified", "--lora=neon");
        assertThat(neon).isNotEqualTo(plain);
        assertThat(draw("again.png", "--lora=unified", "--lora=neon", "--like=" + folder.resolve("neon.png")))
                .isEqualTo(neon);
    }

    @Test
    void itsControlNetsFollowEdgesAndSketches() {
        Path seen = folder.resolve("seen.png");
        Image plain = draw("seen.png");
        for (String name : new String[] {"canny", "scribble"}) {
            Image followed =
                    draw(name + ".png", "--control=" + name, "--control-image=" + seen, "--control-make=" + name);
            assertThat(followed).isNotEqualTo(plain);
        }
    }

    @Test
    void aMissingControlNetIsNamed() {
        draw("seen.png");
        Outcome outcome = Outcome.of(
                "generate",
                "a red house",
                "--control=depth",
                "--control-image=" + folder.resolve("seen.png"),
                "--out=" + folder.resolve("depth.png"));
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("depth");
    }

    private Image draw(String name, String... options) {
        Path file = folder.resolve(name);
        String[] arguments = new String[options.length + 5];
        arguments[0] = "generate";
        arguments[1] = "a red house";
        arguments[2] = "--steps=1";
        arguments[3] = "--seed=3";
        arguments[4] = "--out=" + file;
        System.arraycopy(options, 0, arguments, 5, options.length);
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Image.read(file);
    }
}

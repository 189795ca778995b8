package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FollowCommandTest {
    private static final Path MODELS = Path.of(System.getProperty("hypersd.reference"), "pipelines/models");

    @Test
    void theModelsF1IsPrintedAboveThoseOfTheReconstructionAndOfChance() {
        Outcome outcome = follow("--net=" + MODELS.resolve("controlnet-sd15"), "--lines=canny", "--scenes=2");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines().toList())
                .hasSize(4)
                .satisfies(lines -> assertThat(lines.getFirst()).contains("F1", "precision", "recall"))
                .satisfies(lines ->
                        assertThat(lines.get(1)).matches("model +[01]\\.\\d{3} +[01]\\.\\d{3} +[01]\\.\\d{3}"));
    }

    @Test
    void aControlNetOfAnotherFamilyIsRefusedBeforeTheModelIsLoaded() {
        Outcome outcome = follow("--net=" + MODELS.resolve("controlnet-sdxl"), "--lines=canny");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("controlnet-sdxl: is a ControlNet for SDXL, the model is not");
    }

    @Test
    void oneSceneIsTooFew() {
        Outcome outcome = follow("--net=nowhere", "--lines=canny", "--scenes=1");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("--scenes is 1, it must be at least 2");
    }

    @Test
    void unknownPreprocessorsAreRefusedWithTheExistingOnes() {
        Outcome outcome = follow("--net=nowhere", "--lines=depth");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("--lines", "depth", "CANNY", "SCRIBBLE");
    }

    @Test
    void aMissingControlNetIsNamed() {
        Outcome outcome = follow("--net=/nowhere/canny", "--lines=canny", "--scenes=2");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("/nowhere/canny");
    }

    private static Outcome follow(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "follow",
                "--model=" + MODELS.resolve("sd15"),
                "--size=64",
                "--steps=1",
                "--sampler=tcd",
                "--guidance=1"));
        arguments.addAll(List.of(more));
        return Outcome.of(arguments.toArray(String[]::new));
    }
}

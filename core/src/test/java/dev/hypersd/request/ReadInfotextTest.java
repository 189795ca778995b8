package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.GenerationParameters;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Infotext of other programs, with entries that cannot be read. */
class ReadInfotextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Size: abc",
                "Size: 500x500",
                "CFG scale: auto",
                "CFG scale: NaN",
                "Clip skip: two",
                "Clip skip: -3",
                "Seed: -1",
                "Seed: 18446744073709551616",
                "Denoising strength: high",
                "Hires upscale: Latent",
                "Eta: none",
                "Timesteps: a;b",
                "ControlNet 0: \"Model: canny, Weight: heavy\"",
                "ControlNet 0: \"Model: canny, Image: /etc/passwd\"",
                "ControlNet: [{\"name\": \"canny\", \"image\": \"/etc/passwd\"}]",
                "Loras: [{\"name\": 1}]",
                "Size: large",
            })
    void anEntryThatCannotBeReadIsLeftOutAndTheRestKept(String entry) {
        ReadInfotext read = read("a fox\nSteps: 4, " + entry + ", Sampler: Euler a, Model: zoo");
        assertThat(read.options())
                .isEqualTo(GenerationOptions.of("a fox").toBuilder()
                        .steps(4)
                        .sampler("euler_a")
                        .model("zoo")
                        .build());
        assertThat(read.warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning)
                        .contains("the entry \"" + entry.replaceFirst("\"Model: canny, .*", "Model: canny"))
                        .contains(" is left out: "));
    }

    @Test
    void namesMayBeInOtherLetterCaseAndSizesMayHaveSpaces() {
        ReadInfotext read = read("a fox\nSteps: 4, seed: 7, cfg Scale: 3, Size: 64 x 72");
        assertThat(read.options())
                .isEqualTo(GenerationOptions.of("a fox").toBuilder()
                        .steps(4)
                        .seed(7)
                        .guidance(3)
                        .size(64, 72)
                        .build());
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void anEmptyValueIsLeftOut() {
        ReadInfotext read = read("a fox\nSteps: 4, Denoising strength: , Seed: 5");
        assertThat(read.options())
                .isEqualTo(GenerationOptions.of("a fox").toBuilder()
                        .steps(4)
                        .seed(5)
                        .build());
        assertThat(read.warnings()).singleElement().asString().contains("\"Denoising strength: \"");
    }

    @ParameterizedTest
    @CsvSource({
        "DPM++ 2M, Karras, dpmpp_2m_karras",
        "DPM++ 2M Karras, Karras, dpmpp_2m_karras",
        "DPM++ 2M, Automatic, dpmpp_2m",
        "dpmpp_2m, karras, dpmpp_2m_karras",
        "Euler a, Normal, euler_a",
        "UniPC, Automatic, unipc",
        "DPM++ 3M SDE, Karras, dpmpp_3m_sde_karras",
        "Restart, Automatic, Restart",
    })
    void samplerAndScheduleAreOneName(String sampler, String schedule, String expected) {
        ReadInfotext read = read("a fox\nSteps: 4, Sampler: %s, Schedule type: %s".formatted(sampler, schedule));
        assertThat(read.options().get(Option.SAMPLER)).hasValue(expected);
        assertThat(read.warnings()).isEmpty();
    }

    @Test
    void anUnknownScheduleOfASamplerIsReported() {
        ReadInfotext read = read("a fox\nSteps: 4, Sampler: Euler, Schedule type: Exponential");
        assertThat(read.options().get(Option.SAMPLER)).hasValue("euler");
        assertThat(read.warnings())
                .containsExactly("the entry \"Schedule type: Exponential\" of the picture is left out: Euler has no "
                        + "such schedule here");
    }

    @Test
    void theSecondPassOfOtherProgramsIsRead() {
        ReadInfotext read = read("a <lora:fox:0.8> fox\nSteps: 4, CFG scale: 7, Seed: 5, Size: 512x768, "
                + "Denoising strength: 0.4, Clip skip: 2, Hires upscale: 1.5, Hires steps: 10, "
                + "Hires upscaler: Latent, Lora hashes: \"fox: 0123456789ab\", Version: v1.9.3");
        assertThat(read.options())
                .isEqualTo(GenerationOptions.of("a <lora:fox:0.8> fox").toBuilder()
                        .steps(4)
                        .guidance(7)
                        .seed(5)
                        .size(512, 768)
                        .set(Option.CLIP_SKIP, 1)
                        .set(Option.HIRES, 1.5)
                        .set(Option.HIRES_STRENGTH, 0.4)
                        .build());
        assertThat(read.warnings())
                .hasSize(2)
                .allSatisfy(warning ->
                        assertThat(warning).containsAnyOf("\"Hires steps: 10\"", "\"Hires upscaler: Latent\""));
    }

    @Test
    void anUnknownSamplerIsRefusedOnlyWhereItDraws() {
        GenerationOptions unknown = read("a fox\nSteps: 4, Sampler: Restart").options();
        TargetModel model =
                new TargetModel("base", List.of(Path.of("models/base")), false, Optional.empty(), List.of(), List.of());
        assertThatThrownBy(() -> unknown.resolve(model, NameResolver.FILES))
                .hasMessageStartingWith("there is no sampler \"Restart\"; did you mean ")
                .hasMessageContaining("Choose one with sampler (--sampler): ddim, ");
        GenerationOptions chosen = GenerationOptions.builder().sampler("euler").build();
        assertThat(chosen.over(unknown)
                        .resolve(model, NameResolver.FILES)
                        .request()
                        .sampler())
                .isPresent();
    }

    @Property(tries = 200)
    void everyValueIsReadOrReported(@ForAll String value) {
        for (Option<?> option : Option.all()) {
            Optional<String> name = option.infotext();
            if (name.isPresent()) {
                ReadInfotext read = ReadInfotext.of(
                        GenerationParameters.of("a", "").with("Version", "x").with(name.get(), value));
                boolean isRead = read.options().has(option);
                assertThat(isRead || !read.warnings().isEmpty() || value.equals("0"))
                        .isTrue();
            }
        }
        List<String> warnings = ReadInfotext.of(GenerationParameters.of("a", "").with("Seed", value))
                .warnings();
        assertThat(warnings).hasSizeLessThanOrEqualTo(1);
    }

    private static ReadInfotext read(String text) {
        return ReadInfotext.of(GenerationParameters.parse(text));
    }
}

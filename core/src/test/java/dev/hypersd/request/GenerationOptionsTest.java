package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of options, and how options are laid over others. */
class GenerationOptionsTest {
    @TempDir
    Path folder;

    @Provide
    Arbitrary<GenerationOptions> options() {
        return ArbitraryOptions.any();
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void jsonIsReadBackAsItWasWritten(@ForAll("options") GenerationOptions options) {
        String json = options.toJson();
        assertThat(json).doesNotContain("\n");
        assertThat(GenerationOptions.parse(json)).isEqualTo(options);
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void infotextIsReadBackAsItWasWrittenButForPictures(@ForAll("options") GenerationOptions options) {
        String text = options.toInfotext().toText();
        assertThat(GenerationOptions.of(GenerationParameters.parse(text)).toJson())
                .as(text)
                .isEqualTo(withoutPictures(options).toJson());
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void everyOptionSurvivesCombination(
            @ForAll("options") GenerationOptions options, @ForAll("options") GenerationOptions beneath) {
        assertThat(options.over(GenerationOptions.NONE)).isEqualTo(options);
        assertThat(GenerationOptions.NONE.over(beneath)).isEqualTo(beneath);
        assertThat(options.over(options)).isEqualTo(options);
        GenerationOptions merged = options.over(beneath);
        assertThat(Option.all()).allSatisfy(option -> {
            if (option != Option.LORAS && option != Option.CONTROLS && options.has(option)) {
                assertThat(merged.get(option)).isEqualTo(options.get(option));
            }
        });
    }

    @Test
    void aPromptOfTenThousandCharactersSurvivesEveryFileFormat() {
        String prompt = "\u00e4 \ud83e\udd8a, \"x\": {y}\\ [z]\nNegative prompt: no\nSteps: 4 ".repeat(200);
        GenerationOptions options = GenerationOptions.of(prompt).toBuilder()
                .steps(4)
                .negativePrompt("Negative prompt: " + prompt.substring(0, 40))
                .seed(Long.MAX_VALUE)
                .build();
        for (String name : List.of("a.png", "a.jpg", "a.webp")) {
            Path file = folder.resolve(name);
            new Image(8, 8, new byte[192]).write(file, options.toInfotext());
            assertThat(GenerationOptions.read(file)).isEqualTo(options);
            assertThat(ImageFormat.of(file)).isNotNull();
        }
    }

    @Test
    void theLastSeedIsWrittenAsOtherProgramsWriteIt() {
        GenerationOptions last = GenerationOptions.parse("{\"seed\": 18446744073709551615}");
        assertThat(last.get(Option.SEED)).hasValue(-1L);
        assertThat(last.toJson()).isEqualTo("{\"seed\":18446744073709551615}");
        assertThat(last.toArguments()).containsExactly("--seed=18446744073709551615");
        assertThat(last.toInfotext().setting("Seed")).hasValue("18446744073709551615");
        assertThat(GenerationOptions.of(last.toInfotext()).get(Option.SEED)).hasValue(-1L);
    }

    @Test
    void anUnknownFieldIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> GenerationOptions.parse("{\"prompt\": \"a\", \"guidence\": 2}"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("guidence is unknown; do you mean guidance?");
        assertThatThrownBy(() -> GenerationOptions.parse("{\"loras\": [{\"name\": \"a\", \"wieght\": 2}]}"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("wieght is unknown; do you mean weight?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"steps\": 1.5}",
                "{\"steps\": \"4\"}",
                "{\"seed\": 18446744073709551616}",
                "{\"seed\": -1}",
                "{\"size\": \"512x\"}",
                "{\"prompt_syntax\": \"html\"}",
                "{\"loras\": [5]}",
                "{\"controls\": [\"a\"]}",
                "[]",
                "{",
            })
    void valuesOfAnotherKindAreRefused(String json) {
        assertThatThrownBy(() -> GenerationOptions.parse(json))
                .isInstanceOfAny(InvalidFileException.class, InvalidRequestException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void jsonHasLorasInTheirShortFormToo() {
        assertThat(GenerationOptions.parse("{\"loras\": [\"a\", \"b.safetensors:0.5\", {\"name\": \"c\"}]}")
                        .get(Option.LORAS))
                .hasValue(
                        List.of(LoraReference.of("a"), LoraReference.of("b.safetensors", 0.5), LoraReference.of("c")));
    }

    @Test
    void loraAndControlNetTakeAbsentSettingsFromTheSameFileInTheOptionsBeneath() {
        GenerationOptions beneath = GenerationOptions.builder()
                .lora(LoraReference.of("style.safetensors", 0.6))
                .control(ControlNetReference.of("canny", PictureSource.of(Path.of("a.png")))
                        .withScale(0.4))
                .build();
        GenerationOptions merged = GenerationOptions.builder()
                .lora(LoraReference.of("/loras/style.safetensors"))
                .lora(LoraReference.of("other"))
                .control(ControlNetReference.of("nets/canny", PictureSource.of(Path.of("b.png"))))
                .build()
                .over(beneath);
        assertThat(merged.get(Option.LORAS))
                .hasValue(List.of(LoraReference.of("/loras/style.safetensors", 0.6), LoraReference.of("other")));
        assertThat(merged.get(Option.CONTROLS))
                .hasValue(List.of(ControlNetReference.of("nets/canny", PictureSource.of(Path.of("b.png")))
                        .withScale(0.4)));
    }

    @Test
    void stepsAndTimestepsReplaceEachOther() {
        GenerationOptions timesteps = GenerationOptions.builder().timesteps(800).build();
        GenerationOptions steps = GenerationOptions.builder().steps(2).build();
        assertThat(steps.over(timesteps)).isEqualTo(steps);
        assertThat(timesteps.over(steps)).isEqualTo(timesteps);
    }

    private static GenerationOptions withoutPictures(GenerationOptions options) {
        GenerationOptions.Builder builder =
                options.toBuilder().unset(Option.IMAGE).unset(Option.MASK);
        options.get(Option.CONTROLS)
                .ifPresent(controls -> builder.set(
                        Option.CONTROLS,
                        controls.stream()
                                .map(control -> new ControlNetReference(
                                        control.name(),
                                        Optional.empty(),
                                        control.preprocessor(),
                                        control.scale(),
                                        control.from(),
                                        control.to(),
                                        control.mode()))
                                .toList()));
        return builder.build();
    }

    @Test
    void optionsAreParsedByName() {
        assertThat(GenerationOptions.parse(Map.of(
                        "negative-prompt", "blurry", "guidance_rescale", "0.5", "size", "64x72", "loras", "a:0.5, b")))
                .isEqualTo(GenerationOptions.builder()
                        .negativePrompt("blurry")
                        .set(Option.GUIDANCE_RESCALE, 0.5)
                        .size(64, 72)
                        .lora(LoraReference.of("a", 0.5))
                        .lora(LoraReference.of("b"))
                        .build());
    }

    @Test
    void anUnknownOptionByNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> GenerationOptions.parse(Map.of("negative-promt", "blurry")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("there is no option \"negative-promt\"; did you mean negative_prompt?");
    }
}

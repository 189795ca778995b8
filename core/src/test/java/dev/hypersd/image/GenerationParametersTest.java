package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationParametersTest {
    @Test
    void textHasTheFormThatOtherToolsRead() {
        GenerationParameters parameters = GenerationParameters.of("a cat,\non a roof", "blurry")
                .with("Steps", 4)
                .with("Sampler", "TCD")
                .with("CFG scale", 0)
                .with("Seed", 7)
                .with("Size", "512x512")
                .with("Lora hashes", "hyper: 0123, \"style\": 4567");
        assertThat(parameters.toText()).isEqualTo("""
            a cat,
            on a roof
            Negative prompt: blurry
            Steps: 4, Sampler: TCD, CFG scale: 0, Seed: 7, Size: 512x512,\
             Lora hashes: "hyper: 0123, \\"style\\": 4567\"\
            """);
    }

    @Test
    void textOfAnotherToolIsRead() {
        GenerationParameters parameters = GenerationParameters.parse("""
            masterpiece, (cat:1.2)
            Negative prompt: blurry,
            watermark
            Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1, Size: 512x768, Model hash: abc,\
             Hashes: {"model": "abc"}, TI: "a: b", Version: v1.10\
            """);
        assertThat(parameters.prompt()).isEqualTo("masterpiece, (cat:1.2)");
        assertThat(parameters.negativePrompt()).isEqualTo("blurry,\nwatermark");
        assertThat(parameters.setting("Sampler")).contains("DPM++ 2M Karras");
        assertThat(parameters.setting("TI")).contains("a: b");
        assertThat(parameters.setting("Hashes")).contains("{\"model\": \"abc\"}");
        assertThat(parameters.setting("Version")).contains("v1.10");
        assertThat(parameters.setting("Nothing")).isEmpty();
    }

    @Test
    void aTextWithoutSettingsIsAPrompt() {
        assertThat(GenerationParameters.parse("a cat: big, red"))
                .isEqualTo(GenerationParameters.of("a cat: big, red", ""));
        assertThat(GenerationParameters.parse("")).isEqualTo(GenerationParameters.of("", ""));
        assertThat(GenerationParameters.parse("a\nNegative prompt: b")).isEqualTo(GenerationParameters.of("a", "b"));
    }

    @Test
    void anEntryThatIsNoSettingIsLeftOutAndTheOthersAreKept() {
        GenerationParameters parameters = GenerationParameters.parse("""
            a dog
            Negative prompt: bad
            Steps: 4, odd entry, CFG scale: 7, Seed: 5, Size: 64x64, [x]: 3,
            Civitai resources: [{"type":"checkpoint","a":"b, c: ]"},{"weight":0.8}], Civitai metadata: {},
            Template: "a dog
            {red|blue}", Version: v1.6.0
            Lora hashes: "a: 1\"\
            """);
        assertThat(parameters.prompt()).isEqualTo("a dog");
        assertThat(parameters.negativePrompt()).isEqualTo("bad");
        assertThat(parameters.settings())
                .containsExactly(
                        Map.entry("Steps", "4"),
                        Map.entry("CFG scale", "7"),
                        Map.entry("Seed", "5"),
                        Map.entry("Size", "64x64"),
                        Map.entry("[x]", "3"),
                        Map.entry(
                                "Civitai resources", "[{\"type\":\"checkpoint\",\"a\":\"b, c: ]\"},{\"weight\":0.8}]"),
                        Map.entry("Civitai metadata", "{}"),
                        Map.entry("Template", "a dog\n{red|blue}"),
                        Map.entry("Version", "v1.6.0"),
                        Map.entry("Lora hashes", "a: 1"));
    }

    @Test
    void bracketsAndQuotesThatDoNotCloseEndAtTheComma() {
        GenerationParameters parameters = GenerationParameters.parse("a\nSteps: 4, A: {\"x, B: \"y, C: [1, 2, Seed: 5");
        assertThat(parameters.setting("A")).contains("{\"x");
        assertThat(parameters.setting("B")).contains("\"y");
        assertThat(parameters.setting("C")).contains("[1");
        assertThat(parameters.setting("Seed")).contains("5");
    }

    @Test
    void linesMayEndInCarriageReturnsToo() {
        assertThat(GenerationParameters.parse("a\r\nb\r\nNegative prompt: c\r\nSteps: 4, Seed: 5\r\n"))
                .isEqualTo(GenerationParameters.of("a\nb", "c").with("Steps", 4).with("Seed", 5));
        assertThat(GenerationParameters.parse("a\rNegative prompt: c\rSteps: 4, Seed: 5"))
                .isEqualTo(GenerationParameters.of("a", "c").with("Steps", 4).with("Seed", 5));
    }

    @Test
    void settingsMayHaveBarsBetweenThem() {
        assertThat(GenerationParameters.parse("a | b\nSteps: 20| Size: 64x64 | Sampler: Euler a| App: SD.Next"))
                .isEqualTo(GenerationParameters.of("a | b", "")
                        .with("Steps", 20)
                        .with("Size", "64x64")
                        .with("Sampler", "Euler a")
                        .with("App", "SD.Next"));
    }

    @Test
    void aPromptThatOtherProgramsWouldSplitIsReadBackUnchanged() {
        GenerationParameters parameters =
                GenerationParameters.of("a\nNegative prompt: b\nSteps: 9", "c").with("Steps", 4);
        assertThat(GenerationParameters.parse(parameters.toText())).isEqualTo(parameters);
    }

    /** Texts of strangers can be long, and made to be slow. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\",
                "\"",
                "{",
                "[",
                "}",
                ",",
                ":",
                "\n",
                "\r\n",
                "a:",
                "a: \"",
                "a: {,",
                "a: [\"",
                "x: {}y,",
                "Steps: 4\n",
                "Negative prompt: ",
                "a: \"\\\"",
                "\u00e9",
                "\ud83d\udc08"
            })
    void aHundredThousandCharactersAreReadWithinASecond(String part) {
        String many = part.repeat(100_000 / part.length());
        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            for (String text : List.of(many, "a\nSteps: 4, X: " + many, "a\nSteps: 4, X: \"" + many + "\", Seed: 5")) {
                GenerationParameters read = GenerationParameters.parse(text);
                assertThat(GenerationParameters.parse(read.toText())).isEqualTo(read);
            }
        });
    }

    @Test
    void aNameThatCouldNotBeReadBackIsRefused() {
        assertThatThrownBy(() -> GenerationParameters.of("", "").with("a:b", 1))
                .hasMessage(
                        "the name of a setting has no colons, commas, quotes, line breaks or margins, as \"a:b\" has");
    }

    @Property
    void writtenParametersAreReadBack(
            @ForAll("prompts") String prompt,
            @ForAll("prompts") String negative,
            @ForAll("settings") Map<String, String> more) {
        GenerationParameters parameters =
                GenerationParameters.of(prompt, negative).with("Steps", 4);
        for (Map.Entry<String, String> setting : new LinkedHashMap<>(more).entrySet()) {
            parameters = parameters.with(setting.getKey(), setting.getValue());
        }
        assertThat(GenerationParameters.parse(parameters.toText())).isEqualTo(parameters);
    }

    @Provide
    Arbitrary<String> prompts() {
        return nasty();
    }

    @Provide
    Arbitrary<Map<String, String>> settings() {
        Arbitrary<String> names =
                Arbitraries.of("Sampler", "CFG scale", "Seed", "Lora hashes", "A/B", "x-y", "[a] (b)", "{", "\u732b");
        return Arbitraries.maps(names, nasty()).ofMaxSize(6);
    }

    private static Arbitrary<String> nasty() {
        Arbitrary<String> parts = Arbitraries.of(
                ",",
                ":",
                "\"",
                "\\",
                "\n",
                "\r",
                " ",
                "Steps: 4",
                "Negative prompt:",
                "é",
                "猫",
                "🐈",
                "\u2028",
                "{",
                "}",
                "\t");
        Arbitrary<String> letters = Arbitraries.strings()
                .ofMaxLength(5)
                .filter(s -> s.chars().noneMatch(c -> Character.isSurrogate((char) c)));
        return Arbitraries.oneOf(parts, letters).list().ofMaxSize(8).map(list -> String.join("", list));
    }
}

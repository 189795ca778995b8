package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

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
                         Lora hashes: "hyper: 0123, \\"style\\": 4567\"""");
    }

    @Test
    void textOfAnotherToolIsRead() {
        GenerationParameters parameters = GenerationParameters.parse("""
                masterpiece, (cat:1.2)
                Negative prompt: blurry,
                watermark
                Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 1, Size: 512x768, Model hash: abc,\
                 Hashes: {"model": "abc"}, TI: "a: b", Version: v1.10""");
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
    void aNameThatCouldNotBeReadBackIsRefused() {
        assertThatThrownBy(() -> GenerationParameters.of("", "").with("a:b", 1))
                .hasMessage("a setting is named by letters, digits, spaces, - and /, not \"a:b\"");
    }

    @Property
    void whatIsWrittenIsReadBack(
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
        return nasty().filter(text -> text.lines().noneMatch(line -> line.startsWith("Negative prompt:")));
    }

    @Provide
    Arbitrary<Map<String, String>> settings() {
        Arbitrary<String> names = Arbitraries.of("Sampler", "CFG scale", "Seed", "Lora hashes", "A/B", "x-y");
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

package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.preset.LoraWeight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that prompts name, as in AUTOMATIC1111's web interface. */
class PromptTagsTest {
    private static final TargetModel MODEL =
            new TargetModel("base", List.of(), false, Optional.empty(), List.of(), List.of());

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "a fox <lora:ink:0.8> asleep, ink, 0.8",
        "<lora:ink>a fox asleep, ink, 1",
        "a fox <lyco:ink:-1.5>asleep, ink, -1.5",
        "a fox <lora:ink v2.1:0.5:0.5>asleep, ink v2.1, 0.5"
    })
    void aLoraIsTakenOutOfThePrompt(String prompt, String name, double weight) {
        PromptTags tags = PromptTags.of(prompt);
        assertThat(tags.text().replaceAll(" +", " ")).isEqualTo("a fox asleep");
        assertThat(tags.loras()).containsExactly(LoraReference.of(name, weight));
        assertThat(tags.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"<lora:ink:0.8:0.5>, 0.8", "<lora:ink:unet=0.8>, 0.8", "<lora:ink:0.8:lbw=MIDD>, 0.8"})
    void ofSeveralWeightsTheFirstCountsWithAWarning(String tag, double weight) {
        PromptTags tags = PromptTags.of("a fox " + tag);
        assertThat(tags.loras()).containsExactly(LoraReference.of("ink", weight));
        assertThat(tags.warnings())
                .containsExactly(tag + " asks for more than one weight: 0.8 counts for the U-Net and the text encoders "
                        + "alike, the rest has no effect");
    }

    @Test
    void hypernetworksAreNamed() {
        PromptTags tags = PromptTags.of("a fox <hypernet:ink:0.8>");
        assertThat(tags)
                .isEqualTo(new PromptTags(
                        "a fox",
                        List.of(),
                        List.of("<hypernet:ink:0.8> has no effect: hypernetworks are not supported")));
    }

    @ParameterizedTest
    @ValueSource(strings = {" a fox ", "a <b> fox", "<lora:>", "a < lora:ink:1 >", "lora:ink:1"})
    void otherPromptsStayAsTheyAre(String prompt) {
        assertThat(PromptTags.of(prompt)).isEqualTo(new PromptTags(prompt, List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "1e999", "strong", ""})
    void aWeightThatIsNoNumberIsRefused(String weight) {
        assertThatThrownBy(() -> PromptTags.of("<lora:ink:" + weight + ">"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the weight of a LoRA in the prompt must be a number, not \"" + weight + "\"");
    }

    @Test
    void aLoraThatIsFoundIsLaidOverTheModelBesideThoseOfTheOptions() throws IOException {
        Path ink = Files.createFile(folder.resolve("ink.safetensors"));
        Path chalk = Files.createFile(folder.resolve("chalk.safetensors"));
        ResolvedOptions resolved = GenerationOptions.of("a fox <lora:ink:0.8>").toBuilder()
                .lora(LoraReference.of("chalk.safetensors", 0.5))
                .build()
                .resolve(MODEL, NameResolver.below(folder));
        assertThat(resolved.request().promptOf(0).text()).isEqualTo("a fox");
        assertThat(resolved.request().loras()).containsExactly(new LoraWeight(chalk, 0.5), new LoraWeight(ink, 0.8));
        assertThat(resolved.warnings()).isEmpty();
    }

    @Test
    void aPresetIsFoundByALoraInThePrompt() throws IOException {
        Files.createFile(folder.resolve("Hyper-SD15-4steps-lora.safetensors"));
        ResolvedOptions resolved = GenerationOptions.of("a fox <lora:Hyper-SD15-4steps-lora:1>")
                .resolve(MODEL, NameResolver.below(folder));
        assertThat(resolved.preset().orElseThrow().name()).isEqualTo("hyper-sd15-4steps");
    }

    @Test
    void oneThatIsNotFoundOrStandsInANegativePromptIsLeftOutWithAWarning() {
        ResolvedOptions resolved = GenerationOptions.of("a fox <lora:ink:0.8>").toBuilder()
                .negativePrompt("blurry <lora:chalk:1>")
                .build()
                .resolve(MODEL, NameResolver.below(folder));
        assertThat(resolved.request().promptOf(0).text()).isEqualTo("a fox");
        assertThat(resolved.request().promptOf(0).negative()).contains("blurry");
        assertThat(resolved.request().loras()).isEmpty();
        assertThat(resolved.warnings())
                .containsExactly(
                        "<lora:chalk:1> has no effect in a negative prompt: write it into the prompt",
                        "the LoRA \"ink\" that the prompt names is not found, so it has no effect: name it with loras "
                                + "(--lora)");
    }
}

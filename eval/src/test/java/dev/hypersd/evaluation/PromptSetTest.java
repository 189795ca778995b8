package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptSetTest {
    @TempDir
    private Path folder;

    @Test
    void captionsOfTestScenesAreNamedByTheirNumber() {
        PromptSet scenes = PromptSet.named("test:3", Optional.empty());
        assertThat(scenes.prompts()).hasSize(3).isEqualTo(TestPrompt.range(0, 3));
        assertThat(scenes.areScenes()).isTrue();
        assertThatThrownBy(() -> PromptSet.named("test:0", Optional.empty()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("\"test:0\" names no prompts: there is no such file; name a file, or write test: and a "
                        + "number, for example test:1000");
        assertThatThrownBy(() -> PromptSet.named("test:3", Optional.of(CaptionChoice.FIRST)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("test scenes have one caption each: leave out the choice \"first\"");
    }

    @Test
    void optionsInAPromptFileThatHaveNoEffectAreNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), """
            {"prompt": "a fox", "negative_prompt": "blur", "steps": 4}
            {"prompt": "a fox", "negative_prompt": "blur", "guidance": 2}
            """);
        PromptSet prompts = PromptSet.named(file.toString(), Optional.empty());
        GenerationOptions said =
                GenerationOptions.of("a fox").toBuilder().negativePrompt("blur").build();
        assertThat(prompts.prompts().stream().map(TestPrompt::options)).containsExactly(said, said);
        assertThat(prompts.areScenes()).isFalse();
        assertThat(prompts.warnings())
                .containsExactly(file + ": the methods determine how pictures are drawn; these keys have no effect: "
                        + "steps, guidance");
        assertThat(prompts.prompts().getFirst().over(Prompt.of("").withNegative("people")))
                .isEqualTo(Prompt.of("a fox").withNegative("blur"));
    }

    @Test
    void lorasThatPromptsNameAreLeftOutWithAWarning() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "a fox <lora:ink:0.8>\n<lora:ink:0.8> a cat\n");
        PromptSet prompts = PromptSet.named(file.toString(), Optional.empty());
        assertThat(prompts.prompts().stream().map(TestPrompt::text)).containsExactly("a fox", "a cat");
        assertThat(prompts.warnings())
                .containsExactly(file + ": the methods determine the LoRAs; those that prompts name have no effect: "
                        + "<lora:ink:0.8>");
    }

    @Test
    void promptsThatOccurAgainAreCountedInAWarning() throws IOException {
        Path file = Files.writeString(folder.resolve("p.txt"), "a\nb\na\n");
        assertThat(PromptSet.named(file.toString(), Optional.empty()).warnings())
                .containsExactly(
                        file + ": 1 of the 3 prompts repeat earlier ones; each is drawn from a seed of its own");
        assertThat(PromptSet.named(file + ":2", Optional.empty()).warnings()).isEmpty();
    }

    @Test
    void theFingerprintIsThatOfThePromptsAndNotOfTheFile() throws IOException {
        Path lines = Files.writeString(folder.resolve("p.txt"), "a\r\n\r\nb\n");
        Path json = Files.writeString(folder.resolve("p.json"), "[\"a\", {\"prompt\": \"b\"}, \"c\"]");
        String fingerprint = PromptSet.named(lines.toString(), Optional.empty()).fingerprint();
        assertThat(fingerprint)
                .hasSize(16)
                .isEqualTo(PromptSet.named(json + ":2", Optional.empty()).fingerprint())
                .isNotEqualTo(PromptSet.named(json.toString(), Optional.empty()).fingerprint());
    }

    @Test
    void picturesAreDrawnFromTheSeedsOfTheirPromptsInBatchesOfSeedsThatFollowEachOther() throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), """
            "a"
            "b"
            {"prompt": "c", "seed": 70}
            {"prompt": "d", "seed": 71}
            {"prompt": "e", "seed": 72}
            """);
        List<TestPrompt> prompts =
                PromptSet.named(file.toString(), Optional.empty()).prompts();
        List<PromptBatch> batches = PromptBatch.of(prompts, 1, 2, 5);
        assertThat(batches.stream().map(PromptBatch::seed)).containsExactly(10_000_005L, 10_000_075L, 10_000_077L);
        assertThat(batches.stream().map(batch -> batch.prompts().size())).containsExactly(2, 2, 1);
        assertThat(batches.stream().flatMap(batch -> batch.prompts().stream())).isEqualTo(prompts);
    }
}

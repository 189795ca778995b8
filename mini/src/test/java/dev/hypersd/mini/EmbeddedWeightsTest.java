package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.evaluation.TestPrompt;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.metric.AttributeAccuracy;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeCheck;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.sampler.Samplers;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Draws with the model and the few-step LoRAs that come with the program and has the pictures judged, so that a file of
 * noise would be noticed. Every bar is far above chance and below what the weights reach, which docs/mini.md and
 * docs/results.md tell exactly. {@link EmbeddedAdaptersTest} does the same for what is used beside them.
 */
class EmbeddedWeightsTest {
    private static final List<TestPrompt> PROMPTS = TestPrompt.range(0, 8);

    /** Above it no pictures come that were drawn for other prompts; these reach about 0.05. */
    private static final double CHANCE = 0.25;

    @SuppressWarnings("NullAway.Init")
    private static JudgedPictures pictures;

    @BeforeAll
    static void load() {
        pictures = JudgedPictures.load();
    }

    @AfterAll
    static void close() {
        pictures.close();
    }

    /** Of these prompts it reaches 0.97 in ten steps. */
    @Test
    void theModelDrawsWhatItsPromptsSayAndNotWhatOthersSay() {
        List<Detections> seen = pictures.draw(
                ofPrompts().sampler(Samplers.named("ddim")).steps(10).guidance(Guidance.of(3)));
        assertThat(accuracy(seen, 0)).isGreaterThan(0.75);
        assertThat(accuracy(seen, 1)).isLessThan(CHANCE);
    }

    static Stream<Preset> fewStepLoras() {
        return Presets.all().stream().filter(preset -> preset.name().startsWith("mini-"));
    }

    /** They reach 0.86 to 0.97 in two to eight steps; in one step Hyper-SD's reaches 0.84 and Lightning's 0.57. */
    @ParameterizedTest
    @MethodSource("fewStepLoras")
    void everyFewStepLoraDrawsWhatItsPromptsSay(Preset preset) {
        Path file =
                Objects.requireNonNull(EmbeddedModel.loras().get(preset.name().substring("mini-".length())));
        List<Detections> seen = pictures.draw(
                ofPrompts().sampler(preset.sampler()).steps(preset.steps()).lora(file, 1));
        assertThat(accuracy(seen, 0)).isGreaterThan(preset.steps().count() == 1 ? 0.4 : 0.7);
        assertThat(accuracy(seen, 1)).isLessThan(CHANCE);
    }

    private static ImageRequest.Builder ofPrompts() {
        return JudgedPictures.request()
                .prompts(
                        PROMPTS.stream().map(prompt -> Prompt.of(prompt.text())).toList());
    }

    /**
     * The attribute accuracy of pictures, each as a picture of the prompt that is {@code shift} places after its own.
     */
    private static double accuracy(List<Detections> seen, int shift) {
        AttributeAccuracy accuracy = new AttributeAccuracy();
        for (int i = 0; i < seen.size(); i++) {
            TestPrompt prompt = PROMPTS.get((i + shift) % PROMPTS.size());
            TestPrompt.Scene scene = prompt.scene().orElseThrow();
            accuracy.add(scene.attributes(), scene.heldOut(), AttributeCheck.of(scene.attributes(), seen.get(i)));
        }
        return accuracy.attributes(Group.ALL).value();
    }
}

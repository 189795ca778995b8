package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The presets that this module provides stand beside those of the released models. */
class EmbeddedPresetsTest {
    @ParameterizedTest
    @CsvSource({
        "loras/Hyper-mini-unified-lora.safetensors, mini-unified",
        "Lightning-mini-4steps-lora.safetensors, mini-lightning-4steps",
        "loras/TCD-mini-lora.safetensors, mini-tcd",
        "hypersd-mini, mini"
    })
    void theEmbeddedModelAndItsLorasAreRecognised(Path file, String name) {
        assertThat(Presets.forFile(file)).map(Preset::name).contains(name);
    }

    @Test
    void aPresetSamplesAtTheTimestepsItWasDistilledFor() {
        Preset preset = Presets.named("mini-hyper-4steps");
        SamplingPlan plan = preset.sampler().plan(new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION), preset.steps());
        assertThat(IntStream.range(0, plan.size()).mapToObj(plan::timestep))
                .containsExactly(999.0, 749.0, 499.0, 249.0);
    }

    @Test
    void embeddedPresetsFollowThoseOfTheReleasedModelsAndHaveUniqueNamesAndFiles() {
        List<Preset> embedded = new EmbeddedPresets().presets();
        assertThat(Presets.all()).endsWith(embedded.toArray(Preset[]::new)).hasSizeGreaterThan(embedded.size());
        assertThat(Presets.names()).doesNotHaveDuplicates();
        assertThat(Presets.all()).extracting(Preset::file).doesNotHaveDuplicates();
        assertThat(embedded).allSatisfy(preset -> {
            assertThat(preset.warnings(preset.steps().count(), preset.guidance()))
                    .isEmpty();
            assertThat(Presets.forFile(Path.of(preset.file() + ".safetensors"))).contains(preset);
        });
    }
}

package dev.hypersd.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.Ddim;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.SamplingStep;
import dev.hypersd.sampler.Steps;
import dev.hypersd.sampler.Tcd;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetsTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    @ParameterizedTest
    @CsvSource({
        "Hyper-SD15-1step-lora.safetensors, hyper-sd15-1step",
        "Hyper-SD15-2steps-lora.safetensors, hyper-sd15-2steps",
        "Hyper-SD15-4steps-lora.safetensors, hyper-sd15-4steps",
        "Hyper-SD15-8steps-lora.safetensors, hyper-sd15-8steps",
        "Hyper-SD15-8steps-CFG-lora.safetensors, hyper-sd15-8steps-cfg",
        "Hyper-SD15-12steps-CFG-lora.safetensors, hyper-sd15-12steps-cfg",
        "Hyper-SDXL-1step-lora.safetensors, hyper-sdxl-1step",
        "Hyper-SDXL-2steps-lora.safetensors, hyper-sdxl-2steps",
        "Hyper-SDXL-4steps-lora.safetensors, hyper-sdxl-4steps",
        "Hyper-SDXL-8steps-lora.safetensors, hyper-sdxl-8steps",
        "Hyper-SDXL-8steps-CFG-lora.safetensors, hyper-sdxl-8steps-cfg",
        "Hyper-SDXL-12steps-CFG-lora.safetensors, hyper-sdxl-12steps-cfg",
        "Hyper-SDXL-1step-Unet.safetensors, hyper-sdxl-1step-unet",
        "Hyper-SDXL-1step-Unet-Comfyui.fp16.safetensors, hyper-sdxl-1step-comfyui",
        "hyper_sdxl_4step_lora (1).safetensors, hyper-sdxl-4steps",
        "lcm-lora-sdxl/pytorch_lora_weights.safetensors, lcm-lora-sdxl",
        "lcm-lora-sdv1-5.safetensors, lcm-lora-sd15",
        "TCD-SDXL-LoRA/pytorch_lora_weights.safetensors, tcd-lora-sdxl",
        "sdxl_lightning_4step_lora.safetensors, sdxl-lightning-4steps",
        "sdxl_lightning_4step_unet.safetensors, sdxl-lightning-4steps-unet",
        "sdxl_lightning_8step.safetensors, sdxl-lightning-8steps-model",
        "sdxl_lightning_1step_unet_x0.safetensors, sdxl-lightning-1step-unet",
        "sdxl_lightning_1step_x0.safetensors, sdxl-lightning-1step-model",
        "pcm_sd15_smallcfg_2step_converted.safetensors, pcm-sd15-smallcfg-2steps",
        "pcm_sd15_normalcfg_4step_converted.safetensors, pcm-sd15-normalcfg-4steps",
        "pcm_sdxl_smallcfg_16step_converted.safetensors, pcm-sdxl-smallcfg-16steps",
        "pcm_sdxl_normalcfg_8step_converted.safetensors, pcm-sdxl-normalcfg-8steps",
        "pcm_sdxl_lcmlike_lora_converted.safetensors, pcm-sdxl-lcmlike",
        "sd_xl_turbo_1.0_fp16.safetensors, sdxl-turbo",
        "models/sdxl-turbo, sdxl-turbo",
        "sd_turbo.safetensors, sd-turbo",
        "models/sd-turbo, sd-turbo",
        "dmd2_sdxl_4step_lora_fp16.safetensors, dmd2-sdxl-4steps",
        "dmd2_sdxl_4step_unet_fp16.safetensors, dmd2-sdxl-4steps-unet",
        "dmd2_sdxl_1step_unet_fp16.safetensors, dmd2-sdxl-1step-unet",
        "nitrosd-realism_unet.safetensors, nitrosd-realism-unet",
        "nitrosd-realism_comfyui.safetensors, nitrosd-realism-model",
        "nitrosd-vibrant_unet.safetensors, nitrosd-vibrant-unet",
        "nitrosd-vibrant_comfyui.safetensors, nitrosd-vibrant-model"
    })
    void aReleasedFileIsRecognised(Path file, String name) {
        assertThat(Presets.forFile(file)).map(Preset::name).contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "my-style.safetensors",
                "Hyper-FLUX.1-dev-8steps-lora.safetensors",
                "/",
                "hyper.safetensors",
                "pcm_deterministic_4step_shift3.safetensors"
            })
    void anotherFileIsNot(Path file) {
        assertThat(Presets.forFile(file)).isEmpty();
    }

    @Test
    void nitroSdTellsItsNetworkShiftedTimestepsAndNoisesToThoseThatAreNotShifted() {
        SamplingPlan plan = Presets.named("nitrosd-realism-unet").sampler().plan(SCHEDULE, Steps.of(4));
        assertThat(plan.steps()).extracting(SamplingStep::timestep).containsExactly(249.0, 187.0, 124.0, 62.0);
        assertThat(plan.steps().get(1).level()).isEqualTo(SCHEDULE.level(187));
        assertThat(plan.steps().getFirst().noise()).hasValue(SCHEDULE.level(749).sigma());
    }

    @Test
    void theUnifiedLoraNoisesAnewAndTheOthersDoNot() {
        assertThat(Presets.named("hyper-sd15-1step").sampler()).isEqualTo(new Tcd(50, 1));
        assertThat(Presets.named("hyper-sdxl-8steps").sampler())
                .isInstanceOfSatisfying(
                        Ddim.class, ddim -> assertThat(ddim.eta()).isZero());
    }

    @Test
    void theTcdLorasDrawThreeTenthsOfTheirNoiseAnew() {
        assertThat(Presets.named("tcd-lora-sdxl").sampler()).isEqualTo(new Tcd(50, 0.3));
    }

    @Test
    void lcmLorasTakeALittleGuidance() {
        Preset preset = Presets.named("lcm-lora-sd15");
        assertThat(preset.warnings(4, 2)).isEmpty();
        assertThat(preset.warnings(4, 7.5))
                .containsExactly(
                        "lcm-lora-sdv1-5 was distilled for moderate guidance: guidance 7.5 burns the picture, 0 to 2 "
                                + "is right");
    }

    @Test
    void namesAndFilesAreUniqueAndEveryDefaultIsInItsRange() {
        assertThat(Presets.names()).doesNotHaveDuplicates();
        assertThat(Presets.all()).extracting(Preset::file).doesNotHaveDuplicates();
        assertThat(Presets.all()).allSatisfy(preset -> {
            assertThat(preset.warnings(preset.steps().count(), preset.guidance()))
                    .isEmpty();
            assertThat(Presets.named(preset.name())).isSameAs(preset);
            assertThat(Presets.forFile(Path.of(preset.file() + ".safetensors"))).contains(preset);
        });
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> Presets.named("hyper-sdxl-4step"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith(
                        "there is no preset \"hyper-sdxl-4step\"; did you mean hyper-sdxl-4steps? Known are"
                                + " hyper-sd15-1step, hyper-sd15-2steps,");
    }

    @Test
    void guidanceOnTopOfDistilledGuidanceIsWarnedAbout() {
        assertThat(Presets.named("hyper-sdxl-4steps").warnings(4, 7.5))
                .containsExactly(
                        "Hyper-SDXL-4steps-lora has guidance distilled into it: guidance 7.5 burns the picture,"
                                + " 0 (off) is right");
        assertThat(Presets.named("hyper-sdxl-4steps").warnings(4, 1)).isEmpty();
    }

    @Test
    void tooLittleGuidanceAndTooMuchAreWarnedAboutWhereAModelWantsSome() {
        Preset preset = Presets.named("hyper-sd15-8steps-cfg");
        assertThat(preset.warnings(8, 0))
                .containsExactly("Hyper-SD15-8steps-CFG-lora was distilled to be guided: guidance 0 is too little,"
                        + " 5 to 8 is right");
        assertThat(preset.warnings(8, 12))
                .containsExactly("Hyper-SD15-8steps-CFG-lora was distilled for moderate guidance:"
                        + " guidance 12 burns the picture, 5 to 8 is right");
    }

    @Test
    void anotherNumberOfStepsIsWarnedAbout() {
        assertThat(Presets.named("hyper-sd15-2steps").warnings(4, 0))
                .isEqualTo(List.of("Hyper-SD15-2steps-lora was distilled for 2 steps, not 4"));
        assertThat(Presets.named("hyper-sd15-1step").warnings(8, 0)).isEmpty();
    }

    @Test
    void aPresetDescribesItselfInALine() {
        assertThat(Presets.named("hyper-sdxl-1step-unet"))
                .hasToString("hyper-sdxl-1step-unet: lcm, 1 step at timestep [800], guidance 0");
        assertThat(Presets.named("hyper-sd15-12steps-cfg"))
                .hasToString("hyper-sd15-12steps-cfg: ddim, 12 steps, guidance 5");
        assertThat(Presets.named("sdxl-lightning-1step-unet"))
                .hasToString("sdxl-lightning-1step-unet: euler, 1 step, guidance 0, predicts sample");
    }

    @Test
    void aFileStatesItsOwnSettings(@TempDir Path folder) {
        Path file = folder.resolve("Hyper-SD15-8steps-lora.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(),
                Map.of(
                        StatedPreset.SAMPLER, "tcd",
                        StatedPreset.ETA, "0.5",
                        StatedPreset.STEPS, "2",
                        StatedPreset.GUIDANCE, "0",
                        StatedPreset.BASE, "sdxl_base_v1-0"));

        Preset preset = Presets.forFile(file).orElseThrow();
        assertThat(preset).hasToString("of Hyper-SD15-8steps-lora: tcd, 2 steps, guidance 0");
        assertThat(preset.sampler()).isEqualTo(Samplers.named("tcd").withEta(0.5));
        assertThat(preset.family()).isEqualTo(ModelFamily.SDXL);
        assertThat(preset.warnings(1, 7.5)).singleElement(STRING).contains("guidance 7.5 burns the picture");
    }

    @Test
    void aFileStatesItsTimesteps(@TempDir Path folder) {
        assertThat(stating(folder, "1", "800"))
                .hasValueSatisfying(preset ->
                        assertThat(preset).hasToString("of mine: tcd, 1 step at timestep [800], guidance 7.5"));
        assertThat(stating(folder, "2", "999,499").orElseThrow().steps()).isEqualTo(Steps.at(999, 499));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1 | 999,499", "2 | 499,999", "1 | -1", "1 | last", "2 | 999,"})
    void timestepsThatAreNotValidAreNotUsed(String steps, String timesteps, @TempDir Path folder) {
        assertThat(stating(folder, steps, timesteps)).isEmpty();
    }

    private static Optional<Preset> stating(Path folder, String steps, String timesteps) {
        Path file = folder.resolve("mine.safetensors");
        Map<String, String> stated =
                Map.of(StatedPreset.SAMPLER, "tcd", StatedPreset.STEPS, steps, StatedPreset.TIMESTEPS, timesteps);
        SafetensorsWriter.write(file, Map.of(), stated);
        return Presets.forFile(file);
    }

    @ParameterizedTest
    @CsvSource({"magic, 2", "ddim, 0", "ddim, many", "ddim,"})
    void settingsThatAreNotValidAreNotUsed(String sampler, @Nullable String steps, @TempDir Path folder) {
        Path file = folder.resolve("mine.safetensors");
        SafetensorsWriter.write(
                file, Map.of(), Map.of(StatedPreset.SAMPLER, sampler, StatedPreset.STEPS, steps == null ? "" : steps));
        assertThat(Presets.forFile(file)).isEmpty();
    }
}

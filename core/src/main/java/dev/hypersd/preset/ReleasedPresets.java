package dev.hypersd.preset;

import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import dev.hypersd.schedule.PredictionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The presets of models that others have released, with the settings of their model cards. */
final class ReleasedPresets {
    /** The range of guidance scales of models into which guidance was distilled, with one pass for each step. */
    private static final Range OFF = new Range(0, 1);

    private static final Sampler DDIM = Samplers.named("ddim");
    private static final Sampler TCD = Samplers.named("tcd");
    private static final Sampler LCM = Samplers.named("lcm");
    private static final Sampler EULER = Samplers.named("euler");
    private static final Sampler EULER_ANCESTRAL = Samplers.named("euler_a");

    private ReleasedPresets() {}

    static List<Preset> all() {
        return Stream.of(hyper(), consistency(), phased(), lightning(), turbo(), distributionMatching(), nitro())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Returns the presets of ByteDance/Hyper-SD, from the table of its model card. The one-step model for ComfyUI goes
     * from the sigma of timestep 800 to 0, by the scheduler that is published with it
     * (comfyui/ComfyUI-HyperSDXL1StepUnetScheduler).
     */
    private static List<Preset> hyper() {
        List<Preset> presets = new ArrayList<>();
        for (ModelFamily family : List.of(ModelFamily.SD15, ModelFamily.SDXL)) {
            String file = "Hyper-" + family;
            presets.add(lora(file + "-1step-lora", "1step", family, TCD.withEta(1), 1, new Range(1, 8)));
            for (int steps : new int[] {2, 4, 8}) {
                String count = steps + "steps";
                presets.add(lora(file + "-" + count + "-lora", count, family, DDIM, steps, Range.only(steps)));
            }
            for (int steps : new int[] {8, 12}) {
                String count = steps + "steps-CFG";
                presets.add(new Preset(
                        hyperName(family, count),
                        file + "-" + count + "-lora",
                        family,
                        Artefact.LORA,
                        DDIM,
                        Steps.of(steps),
                        Range.only(steps),
                        5,
                        new Range(5, 8)));
            }
        }
        presets.add(new Preset(
                "hyper-sdxl-1step-unet",
                "Hyper-SDXL-1step-Unet",
                ModelFamily.SDXL,
                Artefact.UNET,
                LCM,
                Steps.at(800),
                Range.only(1),
                0,
                OFF));
        presets.add(new Preset(
                "hyper-sdxl-1step-comfyui",
                "Hyper-SDXL-1step-Unet-Comfyui",
                ModelFamily.SDXL,
                Artefact.MODEL,
                EULER,
                Steps.at(800),
                Range.only(1),
                0,
                OFF));
        return presets;
    }

    private static Preset lora(
            String file, String count, ModelFamily family, Sampler sampler, int steps, Range stepRange) {
        return new Preset(
                hyperName(family, count), file, family, Artefact.LORA, sampler, Steps.of(steps), stepRange, 0, OFF);
    }

    private static String hyperName(ModelFamily family, String rest) {
        return ("hyper-" + family + "-" + rest).toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the presets of LCM and TCD. latent-consistency/lcm-lora-sdv1-5, lcm-lora-sdxl: LCMScheduler, 2 to 8
     * steps, guidance off or from 1 to 2, by their model cards. h1t/TCD-SD15-LoRA, TCD-SDXL-LoRA: TCDScheduler, eta
     * 0.3, guidance 0, 4 steps in the examples and any number by the paper (Zheng et al., 2024), by their model cards.
     */
    private static List<Preset> consistency() {
        Range lcmSteps = new Range(2, 8);
        Range lcmGuidance = new Range(0, 2);
        Range tcdSteps = new Range(1, 50);
        return List.of(
                consistency("lcm-lora-sd15", "lcm-lora-sdv1-5", ModelFamily.SD15, LCM, lcmSteps, lcmGuidance),
                consistency("lcm-lora-sdxl", "lcm-lora-sdxl", ModelFamily.SDXL, LCM, lcmSteps, lcmGuidance),
                consistency("tcd-lora-sd15", "TCD-SD15-LoRA", ModelFamily.SD15, TCD, tcdSteps, OFF),
                consistency("tcd-lora-sdxl", "TCD-SDXL-LoRA", ModelFamily.SDXL, TCD, tcdSteps, OFF));
    }

    private static Preset consistency(
            String name, String file, ModelFamily family, Sampler sampler, Range steps, Range guidance) {
        return new Preset(name, file, family, Artefact.LORA, sampler, Steps.of(4), steps, 0, guidance);
    }

    /**
     * Returns the presets of wangfuyun/PCM_Weights, phased consistency models: DDIM with trailing timesteps, each file
     * for the number of steps in its name, by its model card. Small CFG is guidance from 1 (off) to
     * 2. Normal CFG is 2 to 9, better 2.5 to 3.5 with 4 steps and 3 to 6 with 8 steps, of which the middle is taken;
     * with 16 steps the 7.5 of the authors' demo. The LCM-like LoRAs are sampled as LCM's. The stochastic ones are for
     * Stable Diffusion 3 alone.
     */
    private static List<Preset> phased() {
        Range small = new Range(0, 2);
        List<Preset> presets = new ArrayList<>();
        for (ModelFamily family : List.of(ModelFamily.SD15, ModelFamily.SDXL)) {
            for (int steps : new int[] {2, 4, 8, 16}) {
                presets.add(phased(family, "smallcfg", steps, 0, small));
            }
            presets.add(phased(family, "normalcfg", 4, 3, new Range(2.5, 3.5)));
            presets.add(phased(family, "normalcfg", 8, 4.5, new Range(3, 6)));
            presets.add(phased(family, "normalcfg", 16, 7.5, new Range(2, 9)));
            String name = family.name().toLowerCase(Locale.ROOT);
            presets.add(consistency(
                    "pcm-" + name + "-lcmlike", "pcm_" + name + "_lcmlike_lora", family, LCM, new Range(2, 8), small));
        }
        return presets;
    }

    private static Preset phased(ModelFamily family, String kind, int steps, double guidance, Range guidanceRange) {
        String name = family.name().toLowerCase(Locale.ROOT);
        return new Preset(
                "pcm-%s-%s-%dsteps".formatted(name, kind, steps),
                "pcm_%s_%s_%dstep".formatted(name, kind, steps),
                family,
                Artefact.LORA,
                DDIM,
                Steps.of(steps),
                Range.only(steps),
                guidance,
                guidanceRange);
    }

    /**
     * Returns the presets of ByteDance/SDXL-Lightning: EulerDiscreteScheduler with trailing timesteps, guidance 0, each
     * file for its own number of steps, by its model card. The one-step models predict the image ("sample").
     */
    private static List<Preset> lightning() {
        List<Preset> presets = new ArrayList<>();
        presets.add(oneStepLightning("sdxl-lightning-1step-unet", "sdxl_lightning_1step_unet_x0", Artefact.UNET));
        presets.add(oneStepLightning("sdxl-lightning-1step-model", "sdxl_lightning_1step_x0", Artefact.MODEL));
        for (int steps : new int[] {2, 4, 8}) {
            String name = "sdxl-lightning-" + steps + "steps";
            String file = "sdxl_lightning_" + steps + "step";
            presets.add(lightning(name, file + "_lora", Artefact.LORA, steps));
            presets.add(lightning(name + "-unet", file + "_unet", Artefact.UNET, steps));
            presets.add(lightning(name + "-model", file, Artefact.MODEL, steps));
        }
        return presets;
    }

    private static Preset oneStepLightning(String name, String file, Artefact artefact) {
        return new Preset(
                name,
                file,
                ModelFamily.SDXL,
                artefact,
                EULER,
                Steps.of(1),
                Range.only(1),
                0,
                OFF,
                Optional.of(PredictionType.SAMPLE));
    }

    private static Preset lightning(String name, String file, Artefact artefact, int steps) {
        return new Preset(name, file, ModelFamily.SDXL, artefact, EULER, Steps.of(steps), Range.only(steps), 0, OFF);
    }

    /**
     * Returns the presets of stabilityai/sd-turbo and sdxl-turbo, as folders or as the files {@code sd_turbo} and
     * {@code sd_xl_turbo_1.0}: one step, up to four for more quality, guidance 0, by their model cards;
     * EulerDiscreteScheduler and EulerAncestralDiscreteScheduler with trailing timesteps, by their
     * scheduler_config.json.
     */
    private static List<Preset> turbo() {
        return List.of(
                turbo("sd-turbo", ModelFamily.SD15, EULER), turbo("sdxl-turbo", ModelFamily.SDXL, EULER_ANCESTRAL));
    }

    private static Preset turbo(String name, ModelFamily family, Sampler sampler) {
        return new Preset(name, name, family, Artefact.MODEL, sampler, Steps.of(1), new Range(1, 4), 0, OFF);
    }

    /**
     * Returns the presets of tianweiy/DMD2: LCMScheduler at timesteps 999, 749, 499 and 249, or in one step at 399,
     * guidance 0, by its model card.
     */
    private static List<Preset> distributionMatching() {
        Steps four = Steps.at(999, 749, 499, 249);
        return List.of(
                distributionMatching("dmd2-sdxl-4steps", "dmd2_sdxl_4step_lora", Artefact.LORA, four),
                distributionMatching("dmd2-sdxl-4steps-unet", "dmd2_sdxl_4step_unet", Artefact.UNET, four),
                distributionMatching("dmd2-sdxl-1step-unet", "dmd2_sdxl_1step_unet", Artefact.UNET, Steps.at(399)));
    }

    private static Preset distributionMatching(String name, String file, Artefact artefact, Steps steps) {
        return new Preset(name, file, ModelFamily.SDXL, artefact, LCM, steps, Range.only(steps.count()), 0, OFF);
    }

    /**
     * Returns the presets of ChenDY/NitroFusion: one step, up to four, guidance 0, and LCMScheduler with four original
     * steps and timesteps that are shifted to 250 (Realism) or 500 (Vibrant), by its model card.
     */
    private static List<Preset> nitro() {
        List<Preset> presets = new ArrayList<>();
        for (Map.Entry<String, String> kind :
                List.of(Map.entry("realism", "lcm_shift_250"), Map.entry("vibrant", "lcm_shift_500"))) {
            Sampler sampler = Samplers.named(kind.getValue());
            String name = "nitrosd-" + kind.getKey();
            presets.add(nitro(name + "-unet", name + "_unet", Artefact.UNET, sampler));
            presets.add(nitro(name + "-model", name + "_comfyui", Artefact.MODEL, sampler));
        }
        return presets;
    }

    private static Preset nitro(String name, String file, Artefact artefact, Sampler sampler) {
        return new Preset(name, file, ModelFamily.SDXL, artefact, sampler, Steps.of(1), new Range(1, 4), 0, OFF);
    }
}

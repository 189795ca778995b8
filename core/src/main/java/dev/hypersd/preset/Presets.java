package dev.hypersd.preset;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The presets of the released models and of each {@link PresetProvider}, found by name or by the name of a file. */
public final class Presets {
    /** The range of guidance scales of models into which guidance was distilled, with one pass for each step. */
    private static final Range OFF = new Range(0, 1);

    private static final Sampler DDIM = Samplers.named("ddim");
    private static final Sampler TCD = Samplers.named("tcd");
    private static final Sampler LCM = Samplers.named("lcm");
    private static final Sampler EULER = Samplers.named("euler");
    private static final Sampler EULER_ANCESTRAL = Samplers.named("euler_a");

    private static final List<Preset> ALL = Stream.of(hyper(), consistency(), lightning(), turbo(), provided())
            .flatMap(List::stream)
            .toList();

    private Presets() {}

    /** Returns the presets of all providers, found by the class loader of this class on any thread. */
    private static List<Preset> provided() {
        return ServiceLoader.load(PresetProvider.class, Presets.class.getClassLoader()).stream()
                .flatMap(provider -> provider.get().presets().stream())
                .toList();
    }

    /** Returns all presets, in the order of their publication and size. */
    public static List<Preset> all() {
        return ALL;
    }

    /**
     * Returns the preset {@code name}.
     *
     * @throws InvalidRequestException if there is none; the message names the nearest
     */
    public static Preset named(String name) {
        return ALL.stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequestException("there is no preset \"%s\"; did you mean %s? Known are %s"
                                .formatted(name, Nearest.of(name, names()), String.join(", ", names()))));
    }

    /** Returns the names that {@link #named} accepts. */
    public static List<String> names() {
        return ALL.stream().map(Preset::name).toList();
    }

    /**
     * Finds the preset of a released file by its name and that of its folder. Letter case, separators and additions to
     * the name are ignored.
     */
    public static Optional<Preset> forFile(Path file) {
        Path absolute = file.toAbsolutePath();
        return Stream.of(Optional.ofNullable(absolute.getFileName()), Optional.ofNullable(absolute.getParent()))
                .flatMap(Optional::stream)
                .map(path -> Optional.ofNullable(path.getFileName()))
                .flatMap(Optional::stream)
                .flatMap(name -> matching(plain(name.toString())).stream())
                .findFirst();
    }

    private static Optional<Preset> matching(String name) {
        return ALL.stream()
                .filter(preset -> name.contains(plain(preset.file())))
                .max(Comparator.comparingInt(preset -> preset.file().length()));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "").replace("steps", "step");
    }

    /** Returns the presets of ByteDance/Hyper-SD, from the table of its model card. */
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
     * Returns the presets of ByteDance/SDXL-Lightning: EulerDiscreteScheduler with trailing timesteps, guidance 0, each
     * file for its own number of steps, by its model card. The one-step model ({@code sdxl_lightning_1step_x0})
     * predicts the image, which a preset cannot express.
     */
    private static List<Preset> lightning() {
        List<Preset> presets = new ArrayList<>();
        for (int steps : new int[] {2, 4, 8}) {
            String name = "sdxl-lightning-" + steps + "steps";
            String file = "sdxl_lightning_" + steps + "step";
            presets.add(lightning(name, file + "_lora", Artefact.LORA, steps));
            presets.add(lightning(name + "-unet", file + "_unet", Artefact.UNET, steps));
            presets.add(lightning(name + "-model", file, Artefact.MODEL, steps));
        }
        return presets;
    }

    private static Preset lightning(String name, String file, Artefact artefact, int steps) {
        return new Preset(name, file, ModelFamily.SDXL, artefact, EULER, Steps.of(steps), Range.only(steps), 0, OFF);
    }

    /**
     * Returns the preset of stabilityai/sdxl-turbo, as a folder or as the file {@code sd_xl_turbo_1.0}: one step, up to
     * four for more quality, guidance 0, by its model card; EulerAncestralDiscreteScheduler with trailing timesteps, by
     * its scheduler_config.json.
     */
    private static List<Preset> turbo() {
        return List.of(new Preset(
                "sdxl-turbo",
                "sdxl-turbo",
                ModelFamily.SDXL,
                Artefact.MODEL,
                EULER_ANCESTRAL,
                Steps.of(1),
                new Range(1, 4),
                0,
                OFF));
    }
}

package dev.hypersd.mini;

import dev.hypersd.preset.Artefact;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.PresetProvider;
import dev.hypersd.preset.Range;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.util.ArrayList;
import java.util.List;

/**
 * The presets of the embedded model and of the LoRAs that come with it, from its model card: those of Hyper-SD and of
 * other few-step methods, trained on it for comparison.
 */
public final class EmbeddedPresets implements PresetProvider {
    /** The prefix of the names of the LoRAs' presets. */
    static final String PREFIX = "mini-";

    private static final Range FEW_STEPS = new Range(1, 8);

    private static final Sampler DDIM = Samplers.named("ddim");
    private static final Sampler LCM = Samplers.named("lcm");
    private static final Sampler TCD = Samplers.named("tcd");

    /** Creates the provider for {@link java.util.ServiceLoader}. */
    public EmbeddedPresets() {}

    @Override
    public List<Preset> presets() {
        List<Preset> presets = new ArrayList<>();
        presets.add(new Preset(
                "mini",
                EmbeddedModel.NAME,
                ModelFamily.SD15,
                Artefact.MODEL,
                DDIM,
                Steps.of(25),
                new Range(1, 1000),
                3,
                new Range(0, 30)));
        presets.add(lora("unified", "Hyper-mini-unified", TCD.withEta(0.6), 4, FEW_STEPS));
        presets.add(lora("hyper-1step", "Hyper-mini-1step", TCD.withEta(0), 1, new Range(1, 2)));
        presets.add(lora("hyper-4steps", "Hyper-mini-4steps", DDIM, 4, Range.only(4)));
        presets.add(lora("hyper-8steps", "Hyper-mini-8steps", DDIM, 8, Range.only(8)));
        presets.add(lora("lcm", "LCM-mini", LCM, 4, FEW_STEPS));
        presets.add(lora("tcd", "TCD-mini", TCD, 4, FEW_STEPS));
        presets.add(lora("pcm", "PCM-mini", DDIM, 4, FEW_STEPS));
        presets.add(lora("perflow", "PeRFlow-mini", DDIM, 4, FEW_STEPS));
        presets.add(lora("dmd2", "DMD2-mini", LCM, 4, new Range(1, 4)));
        presets.add(lora("lightning-1step", "Lightning-mini-1step", DDIM, 1, Range.only(1)));
        for (int steps : new int[] {2, 4, 8}) {
            presets.add(lora(
                    "lightning-%dsteps".formatted(steps),
                    "Lightning-mini-%dsteps".formatted(steps),
                    DDIM,
                    steps,
                    Range.only(steps)));
        }
        return List.copyOf(presets);
    }

    /** Returns the preset of a LoRA into which guidance was distilled, with one pass for each step. */
    private static Preset lora(String name, String file, Sampler sampler, int steps, Range stepRange) {
        return new Preset(
                PREFIX + name,
                file + "-lora",
                ModelFamily.SD15,
                Artefact.LORA,
                sampler,
                Steps.of(steps),
                stepRange,
                0,
                new Range(0, 1));
    }
}

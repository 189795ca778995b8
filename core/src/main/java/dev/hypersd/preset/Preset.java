package dev.hypersd.preset;

import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Steps;
import java.util.ArrayList;
import java.util.List;

/**
 * How one released model wants to be sampled.
 *
 * @param name short and unique: {@code hyper-sdxl-4steps}
 * @param file the released file or folder, without extension: {@code Hyper-SDXL-4steps-lora}
 * @param family the base models it fits
 * @param artefact what it is
 * @param sampler the sampler, with its options
 * @param steps the steps to take unless told otherwise
 * @param stepRange the numbers of steps it was distilled for
 * @param guidance the guidance scale to use unless told otherwise; up to 1 means off, one pass for each step
 * @param guidanceRange the guidance scales that work; up to 1 where guidance was distilled into the model, which
 *     guiding again burns
 */
public record Preset(
        String name,
        String file,
        ModelFamily family,
        Artefact artefact,
        Sampler sampler,
        Steps steps,
        Range stepRange,
        double guidance,
        Range guidanceRange) {
    /**
     * What to tell somebody who uses this model with other steps or guidance than it was distilled for; empty if all is
     * well.
     */
    public List<String> warnings(int steps, double guidance) {
        List<String> warnings = new ArrayList<>();
        if (!stepRange.contains(steps)) {
            warnings.add("%s was distilled for %s steps, not %d".formatted(file, stepRange, steps));
        }
        if (guidance > Math.max(1, guidanceRange.most())) {
            warnings.add("%s %s: guidance %s burns the picture, %s is right"
                    .formatted(
                            file,
                            guidanceRange.most() > 1
                                    ? "was distilled for moderate guidance"
                                    : "has guidance distilled into it",
                            Range.number(guidance),
                            guidanceRange.most() > 1 ? guidanceRange : "0 (off)"));
        } else if (guidance < guidanceRange.least()) {
            warnings.add("%s was distilled to be guided: guidance %s is too little, %s is right"
                    .formatted(file, Range.number(guidance), guidanceRange));
        }
        return List.copyOf(warnings);
    }

    /** {@code hyper-sdxl-4steps: ddim, 4 steps, guidance 0}: one line for listings. */
    @Override
    public String toString() {
        String at = steps.timesteps().isEmpty() ? "" : " at timestep " + steps.timesteps();
        return "%s: %s, %d %s%s, guidance %s"
                .formatted(
                        name,
                        sampler.name(),
                        steps.count(),
                        steps.count() == 1 ? "step" : "steps",
                        at,
                        Range.number(guidance));
    }
}

package dev.hypersd.preset;

import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Steps;
import dev.hypersd.schedule.PredictionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sampling settings that one released model was made for.
 *
 * @param name a short unique name, such as {@code hyper-sdxl-4steps}
 * @param file the released file or folder, without extension, such as {@code Hyper-SDXL-4steps-lora}
 * @param family the base models that it fits
 * @param artefact the form in which it was released
 * @param sampler the sampler, with its options
 * @param steps the default steps
 * @param stepRange the numbers of steps it was distilled for
 * @param guidance the default guidance scale; up to 1 means off, with one pass for each step
 * @param guidanceRange the guidance scales that work; up to 1 where guidance was distilled into the model, so that more
 *     guidance oversaturates pictures
 * @param prediction what the network predicts, where it differs from the base model's configuration
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
        Range guidanceRange,
        Optional<PredictionType> prediction) {
    /** Creates a preset of a model that predicts what its base model does. */
    public Preset(
            String name,
            String file,
            ModelFamily family,
            Artefact artefact,
            Sampler sampler,
            Steps steps,
            Range stepRange,
            double guidance,
            Range guidanceRange) {
        this(name, file, family, artefact, sampler, steps, stepRange, guidance, guidanceRange, Optional.empty());
    }

    /**
     * Returns warnings about steps or guidance other than those that the model was distilled for; empty if there are
     * none.
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

    /** Returns one line for listings, such as {@code hyper-sdxl-4steps: ddim, 4 steps, guidance 0}. */
    @Override
    public String toString() {
        String at = steps.timesteps().isEmpty() ? "" : " at timestep " + steps.timesteps();
        return "%s: %s, %d %s%s, guidance %s%s"
                .formatted(
                        name,
                        sampler.name(),
                        steps.count(),
                        steps.count() == 1 ? "step" : "steps",
                        at,
                        Range.number(guidance),
                        prediction.map(type -> ", predicts " + type.word()).orElse(""));
    }
}

package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.SamplingPlan;

/**
 * The point where the model's refiner takes over, in SDXL's ensemble of experts (Podell et al., 2023, section 2.5).
 * Both networks work on the same latents along one sampling plan, so multistep samplers keep their history.
 *
 * @param from the fraction of the noise levels after which the refiner takes over, above 0 and below 1
 */
public record RefinerSwitch(double from) {
    /** The switch for which the refiner was trained: for the last fifth of the noise levels. */
    public static final RefinerSwitch USUAL = new RefinerSwitch(0.8);

    public RefinerSwitch {
        if (!(from > 0 && from < 1)) {
            throw new InvalidRequestException(
                    "a refiner takes over after a fraction of the noise levels above 0 and below 1, not after " + from);
        }
    }

    /**
     * Returns the first step of {@code plan} that the refiner takes.
     *
     * @throws InvalidRequestException if it takes none
     */
    public int firstStep(SamplingPlan plan, int trainTimesteps) {
        int first = plan.stepsUntil(from, trainTimesteps);
        if (first == plan.size()) {
            throw new InvalidRequestException(
                    ("none of %d steps lies beyond %s of the noise levels, where the refiner takes over: take more "
                                    + "steps, or let it take over earlier")
                            .formatted(plan.size(), from));
        }
        return first;
    }
}

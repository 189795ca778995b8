package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.SamplingPlan;

/**
 * The model's refiner draws the last steps: the ensemble of experts of SDXL (Podell et al., 2023, section 2.5). Both
 * work on the same latents along one plan, so samplers that remember go on remembering.
 *
 * @param from the share of the noise levels after which the refiner goes on, above 0 and below 1
 */
public record RefinerSwitch(double from) {
    /** As the refiner was trained: for the last fifth of the noise levels. */
    public static final RefinerSwitch USUAL = new RefinerSwitch(0.8);

    public RefinerSwitch {
        if (!(from > 0 && from < 1)) {
            throw new InvalidRequestException(
                    "a refiner goes on after a share of the noise levels above 0 and below 1, not after " + from);
        }
    }

    /**
     * Returns the first step of {@code plan} that is the refiner's.
     *
     * @throws InvalidRequestException if none is
     */
    public int firstStep(SamplingPlan plan, int trainTimesteps) {
        int first = plan.stepsUntil(from, trainTimesteps);
        if (first == plan.size()) {
            throw new InvalidRequestException(
                    ("none of %d steps lies beyond %s of the noise levels, where the refiner goes on: take more "
                                    + "steps, or let it go on earlier")
                            .formatted(plan.size(), from));
        }
        return first;
    }
}

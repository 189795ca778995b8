package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.OptionalDouble;

/** A way from noise to an image: a kind and its options, immutable, safe to share. */
public sealed interface Sampler permits Tcd, Lcm, Ddim, Euler, EulerAncestral, DpmSolverPlusPlus, Pndm {
    /** The short name, as {@link Samplers#named} takes it. */
    String name();

    /** The name that people and other tools know it by: {@code DPM++ 2M Karras}. */
    default String title() {
        return switch (this) {
            case Tcd _ -> "TCD";
            case Lcm _ -> "LCM";
            case Ddim _ -> "DDIM";
            case Euler euler -> euler.sigmas() == SigmaSpacing.KARRAS ? "Euler Karras" : "Euler";
            case EulerAncestral _ -> "Euler a";
            case DpmSolverPlusPlus dpm -> dpm.sigmas() == SigmaSpacing.KARRAS ? "DPM++ 2M Karras" : "DPM++ 2M";
            case Pndm _ -> "PLMS";
        };
    }

    /** How much fresh noise comes into each step, where this is a choice. */
    default OptionalDouble freshNoise() {
        return switch (this) {
            case Tcd tcd -> OptionalDouble.of(tcd.eta());
            case Ddim ddim -> OptionalDouble.of(ddim.eta());
            case Lcm _, Euler _, EulerAncestral _, DpmSolverPlusPlus _, Pndm _ -> OptionalDouble.empty();
        };
    }

    /**
     * The course for a model's noise schedule.
     *
     * @throws InvalidRequestException if these steps are not possible: more than the model was distilled for, a timestep that does not
     *     exist, a part of the way without any step
     */
    Plan plan(NoiseSchedule schedule, Steps steps);

    /**
     * This sampler with another amount of fresh noise in each step, from 0 (deterministic) to 1.
     *
     * @throws InvalidRequestException if this kind of sampler has no such option
     */
    default Sampler withEta(double eta) {
        throw new InvalidRequestException("sampler " + name() + " has no eta; tcd and ddim have one");
    }
}

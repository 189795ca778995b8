package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.OptionalDouble;

/**
 * A sampler with its options: a method of going from noise to an image in a number of steps; immutable, safe to share.
 *
 * <p>A sampler determines at which timesteps the network is evaluated and how each sample follows from the evaluations
 * so far. It does so before anything is computed, in a {@link SamplingPlan}. {@link Samplers} finds samplers by name.
 */
public interface Sampler {
    /** Returns the short name that {@link Samplers#named} accepts, such as {@code dpmpp_2m_karras}. */
    String name();

    /** Returns the name in other programs, such as {@code DPM++ 2M Karras}. */
    String title();

    /**
     * Plans the steps for a model's noise schedule.
     *
     * @throws InvalidRequestException if these steps are not possible: more than the model was distilled for, a
     *     timestep that does not exist, or no step in the requested part of the schedule
     */
    SamplingPlan plan(NoiseSchedule schedule, Steps steps);

    /** Returns how many times {@code steps} steps evaluate the network; most methods do so once in each. */
    default int evaluations(int steps) {
        return steps;
    }

    /** Returns the amount of fresh noise in each step, from 0 to 1; empty for samplers without this option. */
    default OptionalDouble optionalEta() {
        return OptionalDouble.empty();
    }

    /**
     * Returns this sampler with another amount of fresh noise in each step, from 0 (deterministic) to 1.
     *
     * @throws InvalidRequestException if the sampler does not have this option, or the amount is out of range
     */
    default Sampler withEta(double eta) {
        throw new InvalidRequestException("sampler " + name() + " has no eta; tcd and ddim have one");
    }
}

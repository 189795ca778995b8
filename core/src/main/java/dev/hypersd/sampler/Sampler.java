package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.OptionalDouble;

/**
 * A method of getting from noise to an image in a number of steps, with its options: immutable, safe to share.
 *
 * <p>A sampler decides at which timesteps the network is evaluated and how each sample follows from the evaluations so
 * far. It does so before anything is computed, in a {@link SamplingPlan}. {@link Samplers} knows those that have a
 * name.
 */
public interface Sampler {
    /** Returns the short name, as {@link Samplers#named} takes it: {@code dpmpp_2m_karras}. */
    String name();

    /** Returns the name that people and other programs know it by: {@code DPM++ 2M Karras}. */
    String title();

    /**
     * Returns the steps for a model's noise schedule.
     *
     * @throws InvalidRequestException if these steps are not possible: more than the model was distilled for, a
     *     timestep that does not exist, a part of the way without any step
     */
    SamplingPlan plan(NoiseSchedule schedule, Steps steps);

    /** Returns how much fresh noise comes into each step, from 0 to 1; empty for samplers where this is no choice. */
    default OptionalDouble optionalEta() {
        return OptionalDouble.empty();
    }

    /**
     * Returns this sampler with another amount of fresh noise in each step, from 0 (deterministic) to 1.
     *
     * @throws InvalidRequestException if this kind of sampler has no such option, or the amount is out of range
     */
    default Sampler withEta(double eta) {
        throw new InvalidRequestException("sampler " + name() + " has no eta; tcd and ddim have one");
    }
}

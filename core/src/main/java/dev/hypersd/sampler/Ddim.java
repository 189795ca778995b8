package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.OptionalDouble;

/**
 * Denoising diffusion implicit models (Song et al., 2021): jump from each timestep to the next.
 *
 * <p>With trailing spacing the sampler of Hyper-SD's 2, 4 and 8-step LoRAs.
 *
 * @param spacing where the steps lie
 * @param stepsOffset added to the timesteps of leading spacing, 1 in Stable Diffusion
 * @param finish where the last step ends
 * @param clip limits the predicted image to plus and minus this; empty for latents
 * @param eta from 0 (deterministic) to 1 (as much fresh noise in each step as DDPM)
 */
public record Ddim(Spacing spacing, int stepsOffset, Finish finish, OptionalDouble clip, double eta)
        implements Sampler {
    public Ddim {
        if (!(eta >= 0 && eta <= 1)) {
            throw new InvalidRequestException("eta must be between 0 and 1, not " + eta);
        }
    }

    @Override
    public String name() {
        return "ddim";
    }

    @Override
    public Ddim withEta(double other) {
        return new Ddim(spacing, stepsOffset, finish, clip, other);
    }

    @Override
    public Plan plan(NoiseSchedule schedule, Steps steps) {
        Course course = Course.of(schedule, steps, spacing, stepsOffset, finish);
        return Plans.of(
                this,
                schedule,
                steps,
                course.timesteps(),
                i -> step(course.timesteps()[i], course.from(i), course.to(i)),
                clip);
    }

    /** Equation 12 of the paper, its sigma called spread here. */
    private PlannedStep step(int timestep, NoiseLevel from, NoiseLevel to) {
        if (eta == 0) {
            return PlannedStep.jump(timestep, from, to);
        }
        double fromVariance = from.sigma() * from.sigma();
        double toVariance = to.sigma() * to.sigma();
        double variance = toVariance / fromVariance * (1 - from.alphaBar() / to.alphaBar());
        double spread = eta * Math.sqrt(variance);
        return PlannedStep.of(timestep, from, to.alpha(), Math.sqrt(toVariance - spread * spread))
                .noised(spread);
    }
}

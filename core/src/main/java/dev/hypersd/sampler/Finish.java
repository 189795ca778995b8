package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;

/** Where the last step ends. */
public enum Finish {
    /** At the noise level of timestep 0, which keeps 3% of noise in Stable Diffusion: {@code set_alpha_to_one = false}. */
    FIRST_TIMESTEP,

    /** At the image without any noise: {@code set_alpha_to_one = true}. */
    CLEAN;

    NoiseLevel level(NoiseSchedule schedule) {
        return switch (this) {
            case FIRST_TIMESTEP -> schedule.level(0);
            case CLEAN -> NoiseLevel.CLEAN;
        };
    }
}

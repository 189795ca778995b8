package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.List;
import java.util.Locale;

/** The noise level after the last step. */
public enum FinalSigma {
    /** No noise: the last step ends at the clean image. */
    ZERO,

    /** The noise of timestep 0, which is 3% in Stable Diffusion. */
    SIGMA_MIN;

    /** Reads {@code final_sigmas_type}, {@code zero} or {@code sigma_min}; zero where it is absent. */
    static FinalSigma from(JsonObject config) {
        return config.choice(
                "final_sigmas_type", ZERO, List.of(values()), f -> f.name().toLowerCase(Locale.ROOT));
    }

    /** Reads {@code set_alpha_to_one}, by which older configurations express the same. */
    static FinalSigma fromAlpha(JsonObject config, boolean absent) {
        return config.flag("set_alpha_to_one", absent) ? ZERO : SIGMA_MIN;
    }

    NoiseLevel level(NoiseSchedule schedule) {
        return switch (this) {
            case ZERO -> NoiseLevel.CLEAN;
            case SIGMA_MIN -> schedule.level(0);
        };
    }
}

package dev.hypersd.distillation;

import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** The weight of a sample in a distance, by the noise level at which the student starts. */
enum NoiseWeight {
    /** The same for all noise levels. */
    EQUAL {
        @Override
        double at(NoiseLevel level) {
            return 1;
        }
    },
    /**
     * The share of the picture, alpha, which is the cosine of the angle {@code atan(sigma / alpha)} (Zheng et al.,
     * 2025, rCM, section 3): the trajectory decides at little noise, and leaves high noise to the other losses.
     */
    COSINE {
        @Override
        double at(NoiseLevel level) {
            return level.alpha() / Math.hypot(level.alpha(), level.sigma());
        }
    };

    /** Reads the key {@code noise_weight}. */
    static NoiseWeight read(Section section) {
        return section.one("noise_weight", EQUAL);
    }

    /** Returns the weight at a noise level. */
    abstract double at(NoiseLevel level);

    /** Returns the weights of timesteps, {@code [B, 1, 1, 1]}. */
    Tensor of(int[] timesteps, NoiseSchedule schedule) {
        float[] weights = new float[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) at(schedule.level(timesteps[i]));
        }
        return Tensors.of(weights, weights.length, 1, 1, 1);
    }
}

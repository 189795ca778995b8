package dev.hypersd.schedule;

/** The growth of the noise variance over the training timesteps. Its text form is that of scheduler_config.json. */
public enum BetaSchedule {
    /** Linear from beta_start to beta_end (Ho et al., 2020). */
    LINEAR("linear"),

    /** Linear in the square root, as in Stable Diffusion. */
    SCALED_LINEAR("scaled_linear"),

    /** The squared cosine of Nichol and Dhariwal (2021), without beta_start and beta_end. */
    COSINE("squaredcos_cap_v2");

    private static final double LARGEST_COSINE_BETA = 0.999;

    private final String text;

    BetaSchedule(String text) {
        this.text = text;
    }

    /** Returns the name in scheduler_config.json. */
    public String text() {
        return text;
    }

    /** Returns one beta for each timestep, in the single precision that networks were trained with. */
    float[] betas(int count, double start, double end) {
        return switch (this) {
            case LINEAR -> evenly((float) start, (float) end, count);
            case SCALED_LINEAR -> {
                float[] betas = evenly((float) Math.sqrt(start), (float) Math.sqrt(end), count);
                for (int t = 0; t < count; t++) {
                    betas[t] *= betas[t];
                }
                yield betas;
            }
            case COSINE -> {
                float[] betas = new float[count];
                for (int t = 0; t < count; t++) {
                    double kept = cosine((t + 1.0) / count) / cosine((double) t / count);
                    betas[t] = (float) Math.min(1 - kept, LARGEST_COSINE_BETA);
                }
                yield betas;
            }
        };
    }

    /**
     * Returns {@code count} evenly spaced values from {@code start} to {@code end}. Each half is computed from its own
     * end, so that both ends are exact.
     */
    private static float[] evenly(float start, float end, int count) {
        float[] values = new float[count];
        float step = (end - start) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        return values;
    }

    private static double cosine(double share) {
        double root = Math.cos((share + 0.008) / 1.008 * Math.PI / 2);
        return root * root;
    }
}

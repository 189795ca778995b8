package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;

/** How a sampler that counts in sigmas, the noise relative to the image, spaces them. */
public enum SigmaSpacing {
    /** The sigmas of evenly spaced timesteps. */
    TIMESTEPS,

    /** Evenly in the seventh root (Karras et al., 2022, eq. 5): more steps where there is little noise. */
    KARRAS;

    /** What {@code use_karras_sigmas} asks for. */
    static SigmaSpacing from(JsonObject config) {
        return config.flag("use_karras_sigmas", false) ? KARRAS : TIMESTEPS;
    }

    /** {@code count} sigmas from {@code greatest} down to {@code least}. */
    static double[] karras(double greatest, double least, int count) {
        double rho = 7;
        double from = Math.pow(greatest, 1 / rho);
        double to = Math.pow(least, 1 / rho);
        double[] sigmas = new double[count];
        for (int i = 0; i < count; i++) {
            sigmas[i] = Math.pow(count == 1 ? from : from + i * (to - from) / (count - 1), rho);
        }
        return sigmas;
    }
}

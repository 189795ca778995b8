package dev.hypersd.sampler;

import dev.hypersd.json.JsonObject;

/** The spacing of sigmas. */
public enum SigmaSpacing {
    /** The sigmas of evenly spaced timesteps. */
    TIMESTEPS,

    /**
     * Sigmas that are evenly spaced in the seventh root (Karras et al., 2022, eq. 5), which are denser at low noise.
     */
    KARRAS;

    /** Reads {@code use_karras_sigmas}. */
    static SigmaSpacing from(JsonObject config) {
        return config.flag("use_karras_sigmas", false) ? KARRAS : TIMESTEPS;
    }

    /** Returns {@code count} sigmas from {@code greatest} down to {@code least}. */
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

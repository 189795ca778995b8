package dev.hypersd.sampler;

/** How a sampler that counts in noise-to-image ratios (sigmas) spaces them. */
public enum SigmaSpacing {
    /** The ratios of evenly spaced timesteps. */
    TIMESTEPS,

    /** Evenly in the seventh root of the ratio (Karras et al., 2022, eq. 5): more steps where there is little noise. */
    KARRAS
}

package dev.hypersd.sampler;

/**
 * A step in two parts: below the level where it ends, and back up to it with fresh noise.
 *
 * @param down the sigma that is stepped to
 * @param up the weight of the fresh noise
 */
record Ancestral(double down, double up) {
    /** Returns the step between two sigmas with as much fresh noise as DDPM draws. */
    static Ancestral of(double from, double to) {
        double down = to * to / from;
        return new Ancestral(down, Math.sqrt(to * to - down * down));
    }
}

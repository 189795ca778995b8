package dev.hypersd.sampler;

/**
 * An ancestral step: it goes to a lower sigma than that of its end, and then adds fresh noise up to it.
 *
 * @param down the sigma that is stepped to
 * @param up the weight of the fresh noise
 */
record Ancestral(double down, double up) {
    /** Returns the step between two sigmas that adds as much fresh noise as DDPM does. */
    static Ancestral of(double from, double to) {
        double down = to * to / from;
        return new Ancestral(down, Math.sqrt(to * to - down * down));
    }
}

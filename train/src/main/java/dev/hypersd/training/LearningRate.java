package dev.hypersd.training;

/**
 * A learning rate that rises in a straight line, then falls along half a cosine wave.
 *
 * @param peak the highest, above 0
 * @param warmUp steps until it is reached, at least 0
 * @param steps of the whole run, when the fall ends
 * @param end where the fall ends, as a part of the peak; 1 for a rate that stays
 */
public record LearningRate(double peak, long warmUp, long steps, double end) {
    /** The rate of {@code step}, counted from 1. */
    public double at(long step) {
        if (step <= warmUp) {
            return peak * step / warmUp;
        }
        double passed = Math.min((double) (step - warmUp) / Math.max(steps - warmUp, 1), 1);
        return peak * (end + (1 - end) * (1 + Math.cos(Math.PI * passed)) / 2);
    }
}

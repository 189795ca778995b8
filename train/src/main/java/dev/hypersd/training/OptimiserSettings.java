package dev.hypersd.training;

/**
 * How a learner's weights follow their gradients.
 *
 * @param method the rule
 * @param rate how the learning rate goes
 * @param beta1 how long gradients are remembered, 0 up to 1
 * @param beta2 how long their squares are
 * @param weightDecay decoupled, at least 0
 * @param eps keeps the division finite, above 0
 * @param clip greatest norm of the gradients, above 0
 */
public record OptimiserSettings(
        Method method, LearningRate rate, double beta1, double beta2, double weightDecay, double eps, double clip) {
    /** Rules of optimisation. */
    public enum Method {
        /** Every number by the mean and the spread of its gradients. */
        ADAMW,
        /** Matrices by the directions of their gradients, the rest as with AdamW. */
        MUON
    }

    /** AdamW's usual values. */
    public static OptimiserSettings usual(LearningRate rate) {
        return new OptimiserSettings(Method.ADAMW, rate, 0.9, 0.999, 0.01, 1e-8, 1);
    }

    /** Returns the same by another rule. */
    public OptimiserSettings by(Method other) {
        return new OptimiserSettings(other, rate, beta1, beta2, weightDecay, eps, clip);
    }

    /** Returns the same with a rate that goes as this one does, to another peak. */
    public OptimiserSettings at(double peak) {
        LearningRate other = new LearningRate(peak, rate.warmUp(), rate.steps(), rate.end());
        return new OptimiserSettings(method, other, beta1, beta2, weightDecay, eps, clip);
    }

    /** Returns the same with another memory. */
    public OptimiserSettings remembering(double gradients, double squares) {
        return new OptimiserSettings(method, rate, gradients, squares, weightDecay, eps, clip);
    }

    /**
     * A learning rate that rises in a straight line, then falls along half a cosine wave.
     *
     * @param peak the highest, above 0
     * @param warmUp steps until it is reached, at least 0
     * @param steps the number of steps of the whole run, when the fall ends
     * @param end where the fall ends, as a part of the peak; 1 for a rate that stays
     */
    public record LearningRate(double peak, long warmUp, long steps, double end) {
        /** Returns the rate of {@code step}, counted from 1. */
        public double at(long step) {
            if (step <= warmUp) {
                return peak * step / warmUp;
            }
            double passed = Math.min((double) (step - warmUp) / Math.max(steps - warmUp, 1), 1);
            return peak * (end + (1 - end) * (1 + Math.cos(Math.PI * passed)) / 2);
        }
    }
}

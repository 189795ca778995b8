package dev.hypersd.training;

/**
 * The settings of an optimiser.
 *
 * @param method the algorithm
 * @param rate the learning rate over the run
 * @param beta1 the decay of the average of gradients, 0 up to 1
 * @param beta2 the decay of the average of squared gradients
 * @param weightDecay decoupled weight decay, at least 0
 * @param eps the epsilon that keeps the division finite, above 0
 * @param clip the greatest norm of the gradients, above 0
 */
public record OptimiserSettings(
        Method method, LearningRate rate, double beta1, double beta2, double weightDecay, double eps, double clip) {
    /** The optimisation algorithms. */
    public enum Method {
        /** AdamW for all parameters. */
        ADAMW,
        /** Muon for matrices, AdamW for other parameters. */
        MUON
    }

    /** Returns AdamW's usual values. */
    public static OptimiserSettings usual(LearningRate rate) {
        return new OptimiserSettings(Method.ADAMW, rate, 0.9, 0.999, 0.01, 1e-8, 1);
    }

    /** Returns these settings with another algorithm. */
    public OptimiserSettings by(Method other) {
        return new OptimiserSettings(other, rate, beta1, beta2, weightDecay, eps, clip);
    }

    /** Returns these settings with another peak of the learning rate. */
    public OptimiserSettings at(double peak) {
        LearningRate other = new LearningRate(peak, rate.warmUp(), rate.steps(), rate.end());
        return new OptimiserSettings(method, other, beta1, beta2, weightDecay, eps, clip);
    }

    /** Returns these settings with other decays of the averages of gradients. */
    public OptimiserSettings remembering(double gradients, double squares) {
        return new OptimiserSettings(method, rate, gradients, squares, weightDecay, eps, clip);
    }

    /**
     * A learning rate with linear warm-up and cosine decay.
     *
     * @param peak the greatest rate, above 0
     * @param warmUp the number of steps until the peak, at least 0
     * @param steps the number of steps of the whole run, when the fall ends
     * @param end the rate after the last step, as a fraction of the peak; 1 for a constant rate
     */
    public record LearningRate(double peak, long warmUp, long steps, double end) {
        /** Returns the learning rate of {@code step}, counted from 1. */
        public double at(long step) {
            if (step <= warmUp) {
                return peak * step / warmUp;
            }
            double passed = Math.min((double) (step - warmUp) / Math.max(steps - warmUp, 1), 1);
            return peak * (end + (1 - end) * (1 + Math.cos(Math.PI * passed)) / 2);
        }
    }
}

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

    /** The same by another rule. */
    public OptimiserSettings by(Method other) {
        return new OptimiserSettings(other, rate, beta1, beta2, weightDecay, eps, clip);
    }

    /** The same with a rate that goes as this one does, to another peak. */
    public OptimiserSettings at(double peak) {
        LearningRate other = new LearningRate(peak, rate.warmUp(), rate.steps(), rate.end());
        return new OptimiserSettings(method, other, beta1, beta2, weightDecay, eps, clip);
    }

    /** The same with another memory. */
    public OptimiserSettings remembering(double gradients, double squares) {
        return new OptimiserSettings(method, rate, gradients, squares, weightDecay, eps, clip);
    }
}

package dev.hypersd.training;

/**
 * How a learner's weights follow their gradients.
 *
 * @param rate how the learning rate goes
 * @param beta1 how long gradients are remembered, 0 up to 1
 * @param beta2 how long their squares are
 * @param weightDecay decoupled, at least 0
 * @param eps keeps the division finite, above 0
 * @param clip greatest norm of the gradients, above 0
 */
public record OptimiserSettings(
        LearningRate rate, double beta1, double beta2, double weightDecay, double eps, double clip) {
    /** AdamW's usual values. */
    public static OptimiserSettings usual(LearningRate rate) {
        return new OptimiserSettings(rate, 0.9, 0.999, 0.01, 1e-8, 1);
    }
}

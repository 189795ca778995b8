package dev.hypersd.training;

import java.util.Map;

/**
 * What happened in one step.
 *
 * @param step counted from 1
 * @param values losses by {@code learner/term}, gradient norms by {@code learner/norm}, learning rates by
 *     {@code learner/rate}
 * @param loss the first learner's total, the one number to look at
 * @param samples that were learned from
 * @param seconds that it took
 */
public record StepReport(long step, Map<String, Double> values, double loss, long samples, double seconds) {
    public StepReport {
        values = Map.copyOf(values);
    }
}

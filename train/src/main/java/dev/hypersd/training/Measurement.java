package dev.hypersd.training;

import java.util.Map;

/** Measures the averaged weights at each validation by more than their loss. */
@FunctionalInterface
public interface Measurement {
    /**
     * The numbers of one validation.
     *
     * @param values the numbers to report, by name
     * @param badness the number by which validations are compared in place of the held-out loss; the lowest is the best
     */
    record Result(Map<String, Double> values, double badness) {
        public Result {
            values = Map.copyOf(values);
        }
    }

    /** Measures the averaged weights, always with the same noise, on the engine's thread and without gradients. */
    Result measure();
}

package dev.hypersd.evaluation;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * What a method comes to in so many steps.
 *
 * @param seeds the figures of each seed, at least one
 */
public record Standing(String method, int steps, List<Figures> seeds) {
    public Standing {
        seeds = List.copyOf(seeds);
    }

    /** The mean over seeds. */
    double mean(ToDoubleFunction<Figures> figure) {
        return seeds.stream().mapToDouble(figure).average().orElseThrow();
    }

    /** The standard deviation over seeds, of two or more. */
    OptionalDouble deviation(ToDoubleFunction<Figures> figure) {
        if (seeds.size() < 2) {
            return OptionalDouble.empty();
        }
        double mean = mean(figure);
        double squares = seeds.stream()
                .mapToDouble(figure)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return OptionalDouble.of(Math.sqrt(squares / (seeds.size() - 1)));
    }
}

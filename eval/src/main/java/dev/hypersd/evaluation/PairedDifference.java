package dev.hypersd.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The difference of a figure between two methods, taken picture by picture over the same prompts and seeds. It does not
 * contain what both methods have in common, above all the difficulty of the prompts, so its standard error is smaller
 * than that of the difference of two means.
 *
 * @param mean the mean of the differences: the value of the method minus that of the other
 * @param standardError the standard error of the mean; NaN for a single prompt. Pictures of one prompt from several
 *     seeds count as one, with their mean, because they are not independent of each other
 * @param prompts the number of prompts that both have drawn, at least one
 */
public record PairedDifference(double mean, double standardError, int prompts) {
    /** Returns the distance of the mean from 0, in standard errors. */
    public double deviations() {
        return mean == 0 ? 0 : mean / standardError;
    }

    /**
     * Returns the differences of all figures that are known for each single picture.
     *
     * @param method the judgements of each seed
     * @param other the judgements of the other method, from the same seeds in the same order
     */
    static SequencedMap<Figure, PairedDifference> between(List<List<Judgement>> method, List<List<Judgement>> other) {
        Map<Figure, Map<Long, List<Double>>> differences = new LinkedHashMap<>();
        for (int seed = 0; seed < method.size(); seed++) {
            Map<Long, Judgement> theirs = byPrompt(other.get(seed));
            byPrompt(method.get(seed)).forEach((number, judgement) -> {
                if (theirs.containsKey(number)) {
                    SequencedMap<Figure, Double> values = theirs.get(number).values();
                    judgement.values().forEach((figure, value) -> {
                        if (values.containsKey(figure)) {
                            differences
                                    .computeIfAbsent(figure, _ -> new TreeMap<>())
                                    .computeIfAbsent(number, _ -> new ArrayList<>())
                                    .add(value - values.get(figure));
                        }
                    });
                }
            });
        }
        SequencedMap<Figure, PairedDifference> all = new LinkedHashMap<>();
        differences.forEach((figure, byPrompt) -> all.put(
                figure,
                of(byPrompt.values().stream()
                        .mapToDouble(some -> some.stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow())
                        .toArray())));
        return all;
    }

    private static Map<Long, Judgement> byPrompt(List<Judgement> judgements) {
        Map<Long, Judgement> byPrompt = new TreeMap<>();
        judgements.stream()
                .filter(judgement -> judgement.picture().counts())
                .forEach(judgement -> byPrompt.put(judgement.picture().number(), judgement));
        return byPrompt;
    }

    /** Returns the mean of independent differences, and its standard error. */
    static PairedDifference of(double[] differences) {
        int n = differences.length;
        double mean = 0;
        for (double difference : differences) {
            mean += difference / n;
        }
        double squares = 0;
        for (double difference : differences) {
            squares += (difference - mean) * (difference - mean);
        }
        return new PairedDifference(mean, Math.sqrt(squares / (n - 1.0) / n), n);
    }
}

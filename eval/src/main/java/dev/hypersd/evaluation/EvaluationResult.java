package dev.hypersd.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * The metrics of a set of pictures, one for each prompt.
 *
 * @param pictures the number of prompts; of each, one picture counts
 * @param figures the value of each figure that could be measured, in the order of reports
 * @param warnings sentences about figures that are not reliable
 */
public record EvaluationResult(int pictures, SequencedMap<Figure, Double> figures, List<String> warnings) {
    public EvaluationResult {
        figures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(figures));
        warnings = List.copyOf(warnings);
    }

    /** Returns the value of the figure with this title, if it was measured. */
    public OptionalDouble value(String title) {
        return figures.entrySet().stream()
                .filter(entry -> entry.getKey().title().equals(title))
                .mapToDouble(entry -> entry.getValue())
                .findFirst();
    }
}

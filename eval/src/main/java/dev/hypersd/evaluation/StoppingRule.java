package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.metric.GroupSequentialBounds;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The rule by which a method needs no more pictures, because its differences from the baseline are clear: a group
 * sequential test, see {@link GroupSequentialBounds}. The level is divided by the number of methods times the number of
 * figures that are compared (Bonferroni), so it is the probability of a wrong finding in the whole table.
 *
 * @param level the probability of finding a difference where there is none, above 0 and below 1
 * @param looks the number of looks, after equal numbers of prompts; at least 2
 * @param figures the titles of the figures whose differences must all be clear; empty for all that pictures have
 *     one by one
 */
public record StoppingRule(double level, int looks, List<String> figures) {
    /** Five looks at a level of 0.05, of all figures. */
    public static final StoppingRule USUAL = new StoppingRule(0.05, 5, List.of());

    /** The smallest number of pairs at a look, since the bounds hold for means that are normally distributed. */
    static final int FEWEST = 30;

    public StoppingRule {
        figures = List.copyOf(figures);
        if (!(level > 0 && level < 1) || looks < 2) {
            throw new InvalidRequestException(
                    "the level must be above 0 and below 1, and the number of looks at least 2, not %s and %d"
                            .formatted(level, looks));
        }
    }

    /** Returns whether a figure has to be clear. */
    boolean counts(Figure figure) {
        return figures.isEmpty() || figures.contains(figure.title());
    }

    /**
     * Returns the bounds for each of several comparisons.
     *
     * @param prompts the number of all prompts
     * @param comparisons the number of comparisons: methods times figures
     */
    GroupSequentialBounds bounds(int prompts, int comparisons) {
        int most = Math.max(1, Math.min(looks, prompts / FEWEST));
        return GroupSequentialBounds.equallySpaced(level / Math.max(1, comparisons), prompts, most);
    }

    /** Returns whether all differences that count are clear at a look. */
    boolean isClear(GroupSequentialBounds bounds, int look, SequencedMap<Figure, PairedDifference> differences) {
        List<PairedDifference> counted = differences.entrySet().stream()
                .filter(entry -> counts(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        return !counted.isEmpty()
                && counted.stream().allMatch(difference -> bounds.isClear(look, difference.deviations()));
    }

    /** Describes the rule for reports. */
    @Override
    public String toString() {
        return ("a method ends at the first of %d looks at which its differences from the baseline are clear in %s, "
                        + "by bounds of Lan and DeMets that distribute a level of %s over looks, methods and figures")
                .formatted(looks, figures.isEmpty() ? "all figures" : String.join(", ", figures), level);
    }
}

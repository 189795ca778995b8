package dev.hypersd.run;

import java.util.List;
import java.util.Map;

/**
 * All values that a run has logged, thinned.
 *
 * @param curves the curves, in the order in which they appear in the log
 * @param changes what was changed whenever the run was resumed, the latest 100
 * @param faults sentences that name what in the log is damaged and left out
 */
public record RunCurves(List<Points> curves, List<Change> changes, List<String> faults) {
    /**
     * The points of a curve, each of which stands for the same number of neighbouring values, the last one for fewer.
     *
     * @param name such as {@code student/loss}
     * @param steps the last step of each point
     * @param seconds how long the training took up to that step, without validations, samples and pauses
     * @param means the means of the values
     * @param least the least values
     * @param greatest the greatest values
     * @param last the very last value
     */
    public record Points(
            String name,
            long[] steps,
            double[] seconds,
            double[] means,
            double[] least,
            double[] greatest,
            double last) {}

    /**
     * What changed when a run was resumed.
     *
     * @param step the step after which it was
     * @param keys the values before and after, by the paths of keys
     */
    public record Change(long step, Map<String, String> keys) {}

    public RunCurves {
        changes = List.copyOf(changes);
        curves = List.copyOf(curves);
        faults = List.copyOf(faults);
    }
}

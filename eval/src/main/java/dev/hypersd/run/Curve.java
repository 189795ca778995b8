package dev.hypersd.run;

import java.util.Arrays;

/**
 * A value over the steps of a run, thinned so that it never has more than {@link #MOST} points: a point stands for as
 * many neighbouring values as are necessary, with their mean, least and greatest.
 */
final class Curve {
    /** The greatest number of points, an even one. */
    static final int MOST = 1000;

    private static final int FIRST = 16;

    private long[] steps = new long[FIRST];
    private double[] seconds = new double[FIRST];
    private double[] means = new double[FIRST];
    private double[] least = new double[FIRST];
    private double[] greatest = new double[FIRST];
    private int points;

    /** The number of values of each point but the last, and of the last. */
    private long values = 1;

    private long valuesOfLast;
    private double last;

    /** Adds a value at a step that is later than those before, {@code time} seconds after the begin of the training. */
    void add(long step, double time, double value) {
        last = value;
        if (points > 0 && valuesOfLast < values) {
            int i = points - 1;
            valuesOfLast++;
            means[i] += (value - means[i]) / valuesOfLast;
            least[i] = Math.min(least[i], value);
            greatest[i] = Math.max(greatest[i], value);
            steps[i] = step;
            seconds[i] = time;
            return;
        }
        if (points == MOST) {
            halve();
        }
        if (points == steps.length) {
            grow();
        }
        steps[points] = step;
        seconds[points] = time;
        means[points] = value;
        least[points] = value;
        greatest[points] = value;
        points++;
        valuesOfLast = 1;
    }

    /** Makes one point of each two. All are complete. */
    private void halve() {
        points /= 2;
        for (int i = 0; i < points; i++) {
            int first = 2 * i;
            int second = first + 1;
            steps[i] = steps[second];
            seconds[i] = seconds[second];
            means[i] = means[first] / 2 + means[second] / 2;
            least[i] = Math.min(least[first], least[second]);
            greatest[i] = Math.max(greatest[first], greatest[second]);
        }
        values *= 2;
    }

    private void grow() {
        int length = Math.min(MOST, 2 * points);
        steps = Arrays.copyOf(steps, length);
        seconds = Arrays.copyOf(seconds, length);
        means = Arrays.copyOf(means, length);
        least = Arrays.copyOf(least, length);
        greatest = Arrays.copyOf(greatest, length);
    }

    /** Returns the points up to now. */
    RunCurves.Points points(String name) {
        return new RunCurves.Points(
                name,
                Arrays.copyOf(steps, points),
                Arrays.copyOf(seconds, points),
                Arrays.copyOf(means, points),
                Arrays.copyOf(least, points),
                Arrays.copyOf(greatest, points),
                last);
    }
}

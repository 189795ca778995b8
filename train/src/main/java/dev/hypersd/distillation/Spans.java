package dev.hypersd.distillation;

import java.util.Arrays;

/**
 * Where a batch is on its trajectories: points for each sample.
 *
 * @param starts the points at which the student is asked, n
 * @param targets the points that it has to reach, m, below n in the same segment
 */
record Spans(Segments segments, int[] starts, int[] targets) {
    /** The timesteps t(n) at which the student is asked. */
    int[] from() {
        return below(0);
    }

    /** The timesteps t(n - 1), one step of the teacher below. */
    int[] next() {
        return below(1);
    }

    /** The timesteps so many steps of the teacher below t(n). */
    int[] below(int steps) {
        return segments.timesteps(
                Arrays.stream(starts).map(start -> start - steps).toArray());
    }

    /** The timesteps t(m) that the student has to reach. */
    int[] to() {
        return segments.timesteps(targets);
    }

    /** The timesteps of the noisier ends of the segments. */
    int[] end() {
        return segments.timesteps(Arrays.stream(starts).map(segments::end).toArray());
    }
}

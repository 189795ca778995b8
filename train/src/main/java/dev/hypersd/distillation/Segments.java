package dev.hypersd.distillation;

import java.util.Arrays;

/**
 * The division of a teacher's trajectory into segments of equal length (Ren et al., 2024, section 3.1). A student
 * learns to reach any point of its present segment, and none beyond it.
 *
 * <p>The teacher solves its differential equation in {@code steps} steps between points. Point 0 is timestep 0, the end
 * of every trajectory, and point {@code i} is timestep {@code i T / steps - 1}, rounded. So the boundaries of
 * {@code count} segments are the timesteps of DDIM with trailing spacing in {@code count} steps.
 *
 * @param trainTimesteps T, the number of timesteps of the noise schedule
 * @param steps the number of steps of the teacher, at most T / 2, so that every step leads to another timestep
 * @param count the number of segments, which divides {@code steps}
 */
record Segments(int trainTimesteps, int steps, int count) {
    Segments {
        if (steps < 1 || steps > trainTimesteps / 2) {
            throw new IllegalArgumentException("%d steps of the teacher, which has 1 to %d in %d timesteps"
                    .formatted(steps, trainTimesteps / 2, trainTimesteps));
        }
        if (count < 1 || steps % count != 0) {
            throw new IllegalArgumentException(
                    "%d segments do not divide the %d steps of the teacher evenly".formatted(count, steps));
        }
    }

    /** Returns the timestep of a point, 0 to {@link #steps}. */
    int timestep(int point) {
        if (point < 0 || point > steps) {
            throw new IllegalArgumentException(
                    "point %d is not on the trajectory, which has 0 to %d".formatted(point, steps));
        }
        if (point == 0) {
            return 0;
        }
        // Boundaries are computed as samplers of so many steps compute their timesteps, so that ties fall to the same
        // side.
        return point % length() == 0 ? trailing(point / length(), count) : trailing(point, steps);
    }

    /** Returns timestep {@code index} of {@code number} with trailing spacing, counted from the cleanest. */
    private int trailing(int index, int number) {
        return (int) Math.rint(trainTimesteps - (number - index) * ((double) trainTimesteps / number)) - 1;
    }

    /** Returns the timesteps of points. */
    int[] timesteps(int... points) {
        return Arrays.stream(points).map(this::timestep).toArray();
    }

    /** Returns the number of the teacher's steps in a segment. */
    int length() {
        return steps / count;
    }

    /**
     * Returns the cleaner end of the segment of a point. A boundary belongs to the segment below it: equation 11 of the
     * paper assigns it to the one above, in which there would be nothing to learn from it.
     *
     * @param point at least 1
     */
    int start(int point) {
        return (point - 1) / length() * length();
    }

    /** Returns the noisier end of the segment of a point. */
    int end(int point) {
        return start(point) + length();
    }

    /**
     * Points on trajectories, one pair for each sample of a batch.
     *
     * @param starts the points n at which the student is evaluated
     * @param targets the points m that it has to reach, below n in the same segment
     */
    record Spans(Segments segments, int[] starts, int[] targets) {
        /** Returns the timesteps t(n) at which the student is evaluated. */
        int[] from() {
            return below(0);
        }

        /** Returns the timesteps t(n - 1), one step of the teacher below t(n). */
        int[] next() {
            return below(1);
        }

        /** Returns the timesteps that are {@code steps} steps of the teacher below t(n). */
        int[] below(int steps) {
            return segments.timesteps(
                    Arrays.stream(starts).map(start -> start - steps).toArray());
        }

        /** Returns the timesteps t(m) that the student has to reach. */
        int[] to() {
            return segments.timesteps(targets);
        }

        /** Returns the timesteps of the noisier ends of the segments. */
        int[] end() {
            return segments.timesteps(Arrays.stream(starts).map(segments::end).toArray());
        }
    }
}

package dev.hypersd.distillation.trajectory;

/**
 * The timesteps between which a teacher solves its differential equation: {@code N} steps of equal length.
 *
 * <p>Point 0 is timestep 0, the end of every trajectory, and point {@code i} is timestep {@code i T / N - 1}. With 40 steps the boundaries of
 * 8, 4, 2 and 1 segments are the timesteps at which DDIM samples with trailing spacing.
 *
 * @param trainTimesteps T, of the noise schedule
 * @param steps N, divides T
 */
public record Grid(int trainTimesteps, int steps) {
    public Grid {
        if (steps < 1 || trainTimesteps % steps != 0) {
            throw new IllegalArgumentException(
                    "a grid of %d steps does not divide %d timesteps evenly".formatted(steps, trainTimesteps));
        }
    }

    /** The timestep of point {@code index}, which is 0..N. */
    public int timestep(int index) {
        if (index < 0 || index > steps) {
            throw new IllegalArgumentException(
                    "point %d is outside this grid, which has 0 to %d".formatted(index, steps));
        }
        return index == 0 ? 0 : trainTimesteps / steps * index - 1;
    }
}

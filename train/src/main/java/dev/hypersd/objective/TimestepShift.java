package dev.hypersd.objective;

import java.util.Arrays;

/**
 * Moves evenly drawn timesteps towards noise, so that what is decided there is learned more often (Esser et al., 2024,
 * equation 23).
 *
 * @param factor by which the odds of being late grow; 1 leaves timesteps as they are
 */
public record TimestepShift(double factor) {
    /** Timesteps stay as they are. */
    public static final TimestepShift NONE = new TimestepShift(1);

    public TimestepShift {
        if (!(factor > 0 && Double.isFinite(factor))) {
            throw new IllegalArgumentException("a shift of " + factor);
        }
    }

    /**
     * The timesteps that take the places of evenly drawn ones.
     *
     * @param even each 0..{@code count} - 1
     * @param count of all timesteps
     */
    int[] of(int[] even, int count) {
        return Arrays.stream(even).map(timestep -> shifted(timestep, count)).toArray();
    }

    private int shifted(int timestep, int count) {
        double part = (timestep + 0.5) / count;
        return (int) (count * factor * part / (1 + (factor - 1) * part));
    }
}

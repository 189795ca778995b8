package dev.hypersd.distillation.trajectory;

/**
 * A grid cut into segments of equal length (Ren et al., 2024, section 3.1). A student learns to go to anywhere in the segment it is in, and no
 * further.
 *
 * @param count k, divides the grid's steps
 */
public record Segments(Grid grid, int count) {
    public Segments {
        if (count < 1 || grid.steps() % count != 0) {
            throw new IllegalArgumentException(
                    "%d segments do not divide a grid of %d steps evenly".formatted(count, grid.steps()));
        }
    }

    /** Points of the grid in a segment. */
    public int length() {
        return grid.steps() / count;
    }

    /**
     * The cleaner end of the segment that {@code index} lies in. A boundary belongs to the segment below it: equation 11 of the paper puts it into the one
     * above, where there is nothing to learn from it.
     *
     * @param index a point of the grid, at least 1
     */
    public int start(int index) {
        return (index - 1) / length() * length();
    }

    /** The noisier end of the same segment. */
    public int end(int index) {
        return start(index) + length();
    }
}

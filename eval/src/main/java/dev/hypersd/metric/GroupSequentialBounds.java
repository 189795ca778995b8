package dev.hypersd.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The bounds of a test of a mean difference that may end before all pictures are drawn. Looking at a growing sample
 * again and again, and stopping at the first look at which the difference is significant, finds differences where there
 * are none far more often than the level allows. A group sequential test has a number of looks that is planned
 * beforehand, and distributes its level over them: when the fraction {@code t} of the sample is known, it has used
 * {@code 4 - 4 Phi(z(1 - level/4) / sqrt(t))} of the level, the function of Lan and DeMets (1983) that approximates the
 * bounds of O'Brien and Fleming (1979). At early looks only a large difference is significant; at the last one it must
 * be little larger than in a test without looks.
 *
 * <p>The bound of each look follows from the joint distribution of the standardised means, which is found by numerical
 * integration from look to look (Armitage, McPherson and Rowe, 1969). It holds for means of samples that are large
 * enough to be normally distributed.
 */
public final class GroupSequentialBounds {
    /** Points of the grid on which densities are integrated, an odd number for Simpson's rule. */
    private static final int POINTS = 801;

    private static final int BISECTIONS = 60;
    private static final double FARTHEST = 8;

    private final int[] sizes;
    private final double[] bounds;

    /**
     * Plans a test.
     *
     * @param level the probability of a difference being found where there is none, at whichever look; above 0, below 1
     * @param sizes the numbers of pairs at the looks, increasing; the last one is the number of all pairs
     */
    public GroupSequentialBounds(double level, int... sizes) {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("the level must be between 0 and 1, not " + level);
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] <= (i == 0 ? 0 : sizes[i - 1])) {
                throw new IllegalArgumentException(
                        "the sizes at looks must increase, but are " + Arrays.toString(sizes));
            }
        }
        this.sizes = sizes.clone();
        this.bounds = bounds(level, sizes);
    }

    /**
     * Plans looks at equal distances.
     *
     * @param pairs the number of all pairs
     * @param looks the number of looks, at most as many as pairs
     */
    public static GroupSequentialBounds equallySpaced(double level, int pairs, int looks) {
        return new GroupSequentialBounds(
                level,
                IntStream.rangeClosed(1, looks)
                        .map(look -> (int) ((long) pairs * look / looks))
                        .toArray());
    }

    /** Returns the numbers of pairs at the looks. */
    public int[] sizes() {
        return sizes.clone();
    }

    /** Returns the bound of each look: the number of standard errors by which a clear mean differs from 0. */
    public double[] bounds() {
        return bounds.clone();
    }

    /** Returns whether the difference is clear at a look, from 0 on. */
    public boolean isClear(int look, double deviations) {
        return Math.abs(deviations) >= bounds[look];
    }

    private static double[] bounds(double level, int[] sizes) {
        double[] bounds = new double[sizes.length];
        double spent = 0;
        double[] grid = {0};
        double[] density = {1};
        for (int look = 0; look < sizes.length; look++) {
            double information = sizes[look];
            double before = look == 0 ? 0 : sizes[look - 1];
            double step = Math.sqrt(information - before);
            double[] fromGrid = grid;
            double[] fromDensity = density;
            double toSpend = Math.max(0, spending(level, information / sizes[sizes.length - 1]) - spent);
            double low = 0;
            double high = FARTHEST;
            for (int i = 0; i < BISECTIONS; i++) {
                double middle = (low + high) / 2;
                boolean isTooLow =
                        crossing(fromGrid, fromDensity, middle * Math.sqrt(information), step, look == 0) > toSpend;
                low = isTooLow ? middle : low;
                high = isTooLow ? high : middle;
            }
            bounds[look] = (low + high) / 2;
            spent += toSpend;
            double most = bounds[look] * Math.sqrt(information);
            grid = grid(most);
            density = Arrays.stream(grid)
                    .map(sum -> density(fromGrid, fromDensity, sum, step, fromGrid.length == 1))
                    .toArray();
        }
        return bounds;
    }

    private static double spending(double level, double share) {
        return 4 - 4 * Normal.cumulative(Normal.quantile(1 - level / 4) / Math.sqrt(share));
    }

    private static double[] grid(double most) {
        return IntStream.range(0, POINTS)
                .mapToDouble(i -> -most + 2 * most * i / (POINTS - 1))
                .toArray();
    }

    /** Returns the probability that a sum leaves the interval by the next normally distributed step, on either side. */
    private static double crossing(double[] grid, double[] density, double most, double step, boolean isFirst) {
        return integral(
                grid,
                isFirst,
                i -> density[i]
                        * (Normal.cumulative((grid[i] - most) / step) + Normal.cumulative((-most - grid[i]) / step)));
    }

    /** Returns the density of sums at {@code sum} among the samples that have not ended yet. */
    private static double density(double[] grid, double[] density, double sum, double step, boolean isFirst) {
        return integral(grid, isFirst, i -> density[i] * Normal.density((sum - grid[i]) / step) / step);
    }

    private interface Integrand {
        double at(int index);
    }

    /** Integrates by Simpson's rule. At the first look all the probability is at a single point. */
    private static double integral(double[] grid, boolean isPoint, Integrand integrand) {
        if (isPoint) {
            return integrand.at(0);
        }
        double sum = 0;
        for (int i = 0; i < grid.length; i++) {
            double weight = i == 0 || i == grid.length - 1 ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * integrand.at(i);
        }
        return sum * (grid[1] - grid[0]) / 3;
    }
}

package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DistancePropertiesTest {
    @Property(tries = 30)
    void theFrechetDistanceOfAShiftIsItsSquaredLength(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 6) int dimension,
            @ForAll @DoubleRange(min = -5, max = 5) double shift) {
        List<double[]> features = normal(seed, 20, dimension);
        List<double[]> shifted = features.stream()
                .map(x -> IntStream.range(0, dimension)
                        .mapToDouble(i -> x[i] + shift)
                        .toArray())
                .toList();
        double distance = FrechetDistance.between(FeatureStatistics.of(features), FeatureStatistics.of(shifted));
        assertThat(distance).isCloseTo(dimension * shift * shift, within(1e-5 * (1 + shift * shift)));
    }

    @Property(tries = 30)
    void theFrechetDistanceOfAScalingIsTheSquaredDifferenceOfDeviations(
            @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 4) double factor) {
        List<double[]> features = normal(seed, 30, 1);
        FeatureStatistics plain = FeatureStatistics.of(features);
        FeatureStatistics scaled = FeatureStatistics.of(
                features.stream().map(x -> new double[] {factor * x[0]}).toList());
        double deviation = Math.sqrt(plain.covariance()[0]);
        double expected = Math.pow((factor - 1) * plain.mean()[0], 2) + Math.pow((factor - 1) * deviation, 2);
        assertThat(FrechetDistance.between(plain, scaled)).isCloseTo(expected, within(1e-6 * (1 + expected)));
    }

    /**
     * Of normal distributions in two dimensions, tr((S1 S2)^(1/2)) = sqrt(tr(S1 S2) + 2 sqrt(det S1 det S2)), also
     * where the covariances do not commute.
     */
    @Property(tries = 30)
    void theFrechetDistanceInTwoDimensionsHasItsClosedForm(@ForAll long seed) {
        FeatureStatistics a = FeatureStatistics.of(correlated(seed));
        FeatureStatistics b = FeatureStatistics.of(correlated(~seed));
        double[] s = a.covariance();
        double[] t = b.covariance();
        double traceOfProduct = s[0] * t[0] + 2 * s[1] * t[1] + s[3] * t[3];
        double determinants = (s[0] * s[3] - s[1] * s[1]) * (t[0] * t[3] - t[1] * t[1]);
        double root = Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinants));
        double means = Math.pow(a.mean()[0] - b.mean()[0], 2) + Math.pow(a.mean()[1] - b.mean()[1], 2);
        double expected = means + s[0] + s[3] + t[0] + t[3] - 2 * root;
        assertThat(FrechetDistance.between(a, b)).isCloseTo(expected, within(1e-9 * (s[0] + s[3] + t[0] + t[3])));
    }

    @Property(tries = 20)
    void theFrechetDistanceIsSymmetricAndZeroForEqualSets(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int dimension) {
        FeatureStatistics a = FeatureStatistics.of(normal(seed, 12, dimension));
        FeatureStatistics b = FeatureStatistics.of(normal(seed + 1, 15, dimension));
        double distance = FrechetDistance.between(a, b);
        assertThat(FrechetDistance.between(b, a)).isCloseTo(distance, within(1e-6 * (1 + distance)));
        assertThat(FrechetDistance.between(a, a)).isCloseTo(0, within(1e-5));
    }

    /**
     * By hand, with (x y + 1)^3: (0 + 0)/2 within the first set, (1 + 1)/2 within the second, (1 + 27 + 1 - 1)/4
     * across.
     */
    @Test
    void theKernelDistanceOfTwoSmallSetsIsThatOfTheFormula() {
        List<double[]> first = List.of(new double[] {1}, new double[] {-1});
        List<double[]> second = List.of(new double[] {0}, new double[] {2});
        assertThat(KernelDistance.between(first, second)).isCloseTo(0 + 1 - 2 * 7, within(1e-12));
        assertThat(KernelDistance.between(second, first)).isCloseTo(-13, within(1e-12));
    }

    @Test
    void subsetsLargerThanTheSetsAreTheWholeSets() {
        List<double[]> first = normal(1, 6, 3);
        List<double[]> second = normal(2, 8, 3);
        KernelDistance distance = KernelDistance.overSubsets(first, second.subList(0, 6), 5, 250, 1);
        assertThat(distance.mean()).isCloseTo(KernelDistance.between(first, second.subList(0, 6)), within(1e-12));
        assertThat(distance.deviation()).isCloseTo(0, within(1e-12));
    }

    @Test
    void kernelDistanceOfOneDistributionIsZeroOnAverage() {
        KernelDistance distance = KernelDistance.overSubsets(normal(1, 400, 4), normal(2, 400, 4), 40, 100, 7);
        // Four disjoint subsets would fit into the sets, so the mean is known to half a deviation.
        assertThat(distance.mean()).isCloseTo(0, within(3 * distance.deviation() / 2));
        assertThat(distance.deviation()).isPositive();
        assertThat(KernelDistance.overSubsets(normal(1, 400, 4), normal(2, 400, 4), 40, 100, 7))
                .isEqualTo(distance);
    }

    @Test
    void diversityIsTheMeanDistanceOfPairs() {
        assertThat(Diversity.of(List.of(new double[] {0, 0}, new double[] {3, 4}, new double[] {0, 0})))
                .isCloseTo(10 / 3.0, within(1e-12));
    }

    /** Twelve points around a random mean, whose coordinates depend on each other. */
    private static List<double[]> correlated(long seed) {
        Random random = new Random(seed);
        double slope = 4 * random.nextGaussian();
        double width = 0.1 + random.nextDouble();
        double shift = random.nextGaussian();
        return IntStream.range(0, 12)
                .mapToObj(i -> {
                    double x = random.nextGaussian();
                    return new double[] {x + shift, slope * x + width * random.nextGaussian()};
                })
                .toList();
    }

    private static List<double[]> normal(long seed, int count, int dimension) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> IntStream.range(0, dimension)
                        .mapToDouble(j -> random.nextGaussian())
                        .toArray())
                .toList();
    }
}

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
    void aShiftCostsItsSquaredLength(
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
    void scalingCostsTheSquaredDifferenceOfDeviations(
            @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 4) double factor) {
        List<double[]> features = normal(seed, 30, 1);
        FeatureStatistics plain = FeatureStatistics.of(features);
        FeatureStatistics scaled = FeatureStatistics.of(
                features.stream().map(x -> new double[] {factor * x[0]}).toList());
        double deviation = Math.sqrt(plain.covariance()[0]);
        double expected = Math.pow((factor - 1) * plain.mean()[0], 2) + Math.pow((factor - 1) * deviation, 2);
        assertThat(FrechetDistance.between(plain, scaled)).isCloseTo(expected, within(1e-6 * (1 + expected)));
    }

    @Test
    void kernelDistanceOfOneDistributionIsNothingOnAverage() {
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

    private static List<double[]> normal(long seed, int count, int dimension) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> IntStream.range(0, dimension)
                        .mapToDouble(j -> random.nextGaussian())
                        .toArray())
                .toList();
    }
}

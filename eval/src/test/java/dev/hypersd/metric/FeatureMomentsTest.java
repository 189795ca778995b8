package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FeatureMomentsTest {
    /**
     * The figures are those of the sums in the definition, computed after subtraction of the exact offset. A mean that
     * is ten thousand deviations from 0 costs the squares eight of their sixteen digits where they are summed as they
     * are; here it costs nothing, which the tolerance of 1e-9 shows.
     */
    @Property(tries = 200)
    void mergedPartsHaveTheMeanAndCovarianceOfTheWhole(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 60) int count,
            @ForAll @IntRange(min = 1, max = 5) int dimension,
            @ForAll @DoubleRange(min = -1e4, max = 1e4) double offset) {
        Random random = new Random(seed);
        List<double[]> plain = normal(random, count, dimension);
        List<FeatureMoments> parts = new ArrayList<>();
        int first = 0;
        while (first < count) {
            int end = Math.min(count, first + 1 + random.nextInt(count));
            parts.add(FeatureMoments.of(shifted(plain.subList(first, end), offset)));
            first = end;
        }
        // In any order, and as a tree of any form.
        while (parts.size() > 1) {
            FeatureMoments one = parts.remove(random.nextInt(parts.size()));
            FeatureMoments other = parts.remove(random.nextInt(parts.size()));
            parts.add(one.plus(other));
        }
        FeatureMoments whole = parts.getFirst();
        assertThat(whole.count()).isEqualTo(count);
        FeatureStatistics merged = whole.statistics();
        for (int i = 0; i < dimension; i++) {
            assertThat(merged.mean()[i]).isCloseTo(offset + mean(plain, i), within(1e-9));
            for (int j = 0; j < dimension; j++) {
                assertThat(merged.covariance()[i * dimension + j]).isCloseTo(covariance(plain, i, j), within(1e-9));
            }
        }
    }

    @Test
    void moreVectorsThanABlockHaveTheCovarianceOfTheDefinition() {
        List<double[]> plain = normal(new Random(1), 2500, 3);
        FeatureStatistics statistics = FeatureStatistics.of(shifted(plain, 1e4));
        for (int i = 0; i < 9; i++) {
            assertThat(statistics.covariance()[i]).isCloseTo(covariance(plain, i / 3, i % 3), within(1e-9));
        }
    }

    @Test
    void theDistanceOfMergedStatisticsIsThatOfAllVectors() {
        List<double[]> features = normal(new Random(2), 90, 6);
        FeatureStatistics reference = FeatureStatistics.of(normal(new Random(3), 80, 6));
        FeatureStatistics merged = FeatureMoments.of(features.subList(0, 31))
                .plus(FeatureMoments.of(features.subList(31, 32)))
                .plus(FeatureMoments.of(features.subList(32, 90)))
                .statistics();
        assertThat(FrechetDistance.between(merged, reference))
                .isCloseTo(FrechetDistance.between(FeatureStatistics.of(features), reference), within(1e-6));
    }

    @Test
    void whatHasNoMomentsIsRefused() {
        assertThatThrownBy(() -> FeatureMoments.of(List.of())).hasMessage("no feature vector has no mean");
        FeatureMoments one = FeatureMoments.of(List.of(new double[] {1, 2}));
        assertThatThrownBy(one::statistics).hasMessage("the covariance of 1 feature vectors is not defined");
        assertThatThrownBy(() -> one.plus(FeatureMoments.of(List.of(new double[] {1}))))
                .hasMessage("features of 1 dimensions do not belong to those of 2");
    }

    private static double mean(List<double[]> vectors, int i) {
        return vectors.stream().mapToDouble(x -> x[i]).average().orElseThrow();
    }

    private static double covariance(List<double[]> vectors, int i, int j) {
        double first = mean(vectors, i);
        double second = mean(vectors, j);
        return vectors.stream()
                        .mapToDouble(x -> (x[i] - first) * (x[j] - second))
                        .sum()
                / (vectors.size() - 1.0);
    }

    private static List<double[]> shifted(List<double[]> vectors, double offset) {
        return vectors.stream()
                .map(x -> IntStream.range(0, x.length)
                        .mapToDouble(i -> x[i] + offset)
                        .toArray())
                .toList();
    }

    private static List<double[]> normal(Random random, int count, int dimension) {
        return IntStream.range(0, count)
                .mapToObj(_ -> IntStream.range(0, dimension)
                        .mapToDouble(_ -> random.nextGaussian())
                        .toArray())
                .toList();
    }
}

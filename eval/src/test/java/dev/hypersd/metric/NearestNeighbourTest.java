package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NearestNeighbourTest {
    /** Distances are computed from squares in double precision. */
    private static final double ROUNDING = 1e-7;

    @Property(tries = 20)
    void theNearestTwoAreThoseThatASearchFinds(
            @ForAll @IntRange(min = 1, max = 600) int count,
            @ForAll @IntRange(min = 2, max = 9) int others,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<double[]> vectors = vectors(count, random);
        List<double[]> set = vectors(others, random);

        List<NearestNeighbour> found = NearestNeighbour.of(vectors, set);

        assertThat(found).hasSize(count);
        for (int i = 0; i < count; i++) {
            double[] vector = vectors.get(i);
            List<Double> sorted =
                    set.stream().map(other -> distance(vector, other)).sorted().toList();
            assertThat(found.get(i).distance()).isCloseTo(sorted.get(0), within(ROUNDING));
            assertThat(found.get(i).next()).isCloseTo(sorted.get(1), within(ROUNDING));
            assertThat(distance(vector, set.get(found.get(i).index()))).isCloseTo(sorted.get(0), within(ROUNDING));
        }
    }

    private static List<double[]> vectors(int count, SplittableRandom random) {
        List<double[]> vectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            vectors.add(random.doubles(5).toArray());
        }
        return vectors;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void aCopyIsNearerThanAThirdOfTheDistanceToTheNextOne() {
        List<double[]> set = List.of(new double[] {0, 0}, new double[] {4, 0});

        assertThat(NearestNeighbour.of(List.of(new double[] {0.9, 0}), set))
                .singleElement()
                .matches(NearestNeighbour::isCopy)
                .extracting(NearestNeighbour::index)
                .isEqualTo(0);
        assertThat(NearestNeighbour.of(List.of(new double[] {2.9, 0}), set)).noneMatch(NearestNeighbour::isCopy);
    }

    @Test
    void aPictureThatIsThereTwiceIsFoundToBeCopied() {
        List<double[]> set = List.of(new double[] {1, 1}, new double[] {1, 1}, new double[] {5, 5});

        assertThat(NearestNeighbour.of(List.of(new double[] {1, 1}), set)).allMatch(NearestNeighbour::isCopy);
        assertThat(NearestNeighbour.within(set)).isCloseTo(Math.sqrt(32), within(ROUNDING));
    }

    @Test
    void aSetOfOnePictureHasNoNextOne() {
        assertThatThrownBy(() -> NearestNeighbour.of(List.of(new double[1]), List.of(new double[1], new double[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two of 2 neighbours must differ");
    }
}

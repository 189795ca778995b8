package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.sampler.TimestepSpacing;
import dev.hypersd.training.RandomSource;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SegmentsTest {
    private static final int T = 1000;

    @Test
    void boundariesAreTheTimestepsOfTrailingSampling() {
        Segments segments = new Segments(T, 40, 8);

        assertThat(IntStream.rangeClosed(1, 8).map(i -> segments.timestep(i * 5)))
                .containsExactly(124, 249, 374, 499, 624, 749, 874, 999);
        assertThat(segments.timestep(0)).isZero();
    }

    @Test
    void aBoundaryBelongsToTheSegmentBelowIt() {
        Segments segments = new Segments(T, 40, 4);

        assertThat(segments.start(10)).isZero();
        assertThat(segments.end(10)).isEqualTo(10);
        assertThat(segments.start(11)).isEqualTo(10);
        assertThat(segments.start(40)).isEqualTo(30);
    }

    @Property
    void noSpanLeavesItsSegment(
            @ForAll("divisions") Segments segments, @ForAll TargetTimestep targetTimestep, @ForAll long seed) {
        Spans spans = new TrajectoryLoss.Consistency(targetTimestep).spans(segments, 64, RandomSource.at(seed));

        for (int i = 0; i < 64; i++) {
            int n = index(segments, spans.from()[i]);
            int m = index(segments, spans.to()[i]);
            assertThat(spans.next()[i]).isEqualTo(segments.timestep(n - 1));
            assertThat(m).isBetween(segments.start(n), n - 1);
            assertThat(spans.end()[i]).isEqualTo(segments.timestep(segments.end(n)));
            assertThat(n).isLessThanOrEqualTo(segments.end(n));
            if (targetTimestep == TargetTimestep.BOUNDARY) {
                assertThat(m).isEqualTo(segments.start(n));
            }
        }
    }

    @Test
    void everyPointAndEveryTargetOccurs() {
        Segments segments = new Segments(T, 8, 2);
        Spans spans = new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM).spans(segments, 2000, RandomSource.at(1));

        assertThat(IntStream.range(0, 2000)
                        .mapToObj(i -> List.of(spans.from()[i], spans.to()[i]))
                        .distinct())
                .hasSize(2 * (1 + 2 + 3 + 4));
    }

    @Test
    void segmentsThatDoNotDivideTheStepsAreRefused() {
        assertThatThrownBy(() -> new Segments(T, 50, 8))
                .hasMessage("8 segments do not divide the 50 steps of the teacher evenly");
        assertThatThrownBy(() -> new Segments(T, 501, 1))
                .hasMessage("501 steps of the teacher, which has 1 to 500 in 1000 timesteps");
        assertThatThrownBy(() -> new Segments(T, 40, 1).timestep(41))
                .hasMessage("point 41 is not on the trajectory, which has 0 to 40");
    }

    /**
     * Whatever the schedule and the numbers: every step of the teacher leads somewhere, and boundaries are where DDIM
     * samples.
     */
    @Property
    void anyNumberOfStepsLeadsThroughDistinctTimesteps(
            @ForAll @IntRange(min = 2, max = 2000) int timesteps,
            @ForAll @IntRange(min = 1, max = 100) int count,
            @ForAll @IntRange(min = 1, max = 10) int length) {
        Assume.that(count * length <= timesteps / 2);
        Segments segments = new Segments(timesteps, count * length, count);

        assertThat(IntStream.rangeClosed(0, segments.steps()).map(segments::timestep))
                .doesNotHaveDuplicates()
                .isSorted()
                .endsWith(timesteps - 1);
        int[] trailing = IntStream.range(0, count)
                .map(i -> (int) TimestepSpacing.TRAILING.timesteps(timesteps, count)[i])
                .toArray();
        assertThat(IntStream.range(0, count).map(i -> segments.timestep((count - i) * length)))
                .containsExactly(IntStream.of(trailing).boxed().toArray(Integer[]::new));
    }

    @Test
    void twelveStepsAreThoseOfDdimWithTrailingSpacing() {
        Segments segments = new Segments(T, 48, 12);

        assertThat(IntStream.rangeClosed(1, 12).map(i -> segments.timestep(4 * i)))
                .containsExactly(82, 166, 249, 332, 416, 499, 582, 666, 749, 832, 916, 999);
    }

    @Provide
    Arbitrary<Segments> divisions() {
        List<Segments> all = IntStream.of(1, 2, 4, 5, 8, 12, 20, 25, 40, 48, 50, 100, 125, 200, 250, 500)
                .boxed()
                .flatMap(steps -> IntStream.rangeClosed(1, steps)
                        .filter(k -> steps % k == 0)
                        .mapToObj(k -> new Segments(T, steps, k)))
                .toList();
        return Arbitraries.of(all);
    }

    private static int index(Segments segments, int timestep) {
        return IntStream.rangeClosed(0, segments.steps())
                .filter(i -> segments.timestep(i) == timestep)
                .max()
                .orElseThrow();
    }
}

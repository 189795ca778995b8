package dev.hypersd.distillation.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.training.RandomSource;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SegmentsTest {
    private static final int T = 1000;

    @Test
    void boundariesAreTheTimestepsOfTrailingSampling() {
        Segments segments = new Segments(new Grid(T, 40), 8);

        assertThat(IntStream.rangeClosed(1, 8).map(i -> segments.grid().timestep(i * 5)))
                .containsExactly(124, 249, 374, 499, 624, 749, 874, 999);
        assertThat(segments.grid().timestep(0)).isZero();
    }

    @Test
    void aBoundaryBelongsToTheSegmentBelowIt() {
        Segments segments = new Segments(new Grid(T, 40), 4);

        assertThat(segments.start(10)).isZero();
        assertThat(segments.end(10)).isEqualTo(10);
        assertThat(segments.start(11)).isEqualTo(10);
        assertThat(segments.start(40)).isEqualTo(30);
    }

    @Property
    void noSpanLeavesItsSegment(
            @ForAll("divisions") Segments segments, @ForAll TargetTimestep targetTimestep, @ForAll long seed) {
        Grid grid = segments.grid();
        Spans spans = Spans.draw(segments, targetTimestep, 64, RandomSource.at(seed));

        for (int i = 0; i < 64; i++) {
            int n = index(grid, spans.from()[i]);
            int m = index(grid, spans.to()[i]);
            assertThat(spans.next()[i]).isEqualTo(grid.timestep(n - 1));
            assertThat(m).isBetween(segments.start(n), n - 1);
            assertThat(spans.end()[i]).isEqualTo(grid.timestep(segments.end(n)));
            assertThat(n).isLessThanOrEqualTo(segments.end(n));
            if (targetTimestep == TargetTimestep.BOUNDARY) {
                assertThat(m).isEqualTo(segments.start(n));
            }
        }
    }

    @Test
    void everyPointAndEveryGoalIsDrawn() {
        Segments segments = new Segments(new Grid(T, 8), 2);
        Spans spans = Spans.draw(segments, TargetTimestep.UNIFORM, 2000, RandomSource.at(1));

        assertThat(IntStream.range(0, 2000)
                        .mapToObj(i -> List.of(spans.from()[i], spans.to()[i]))
                        .distinct())
                .hasSize(2 * (1 + 2 + 3 + 4));
    }

    @Test
    void whatDoesNotDivideIsRefused() {
        assertThatThrownBy(() -> new Grid(T, 30))
                .hasMessage("a grid of 30 steps does not divide 1000 timesteps evenly");
        assertThatThrownBy(() -> new Segments(new Grid(T, 50), 8))
                .hasMessage("8 segments do not divide a grid of 50 steps evenly");
        assertThatThrownBy(() -> new Grid(T, 40).timestep(41))
                .hasMessage("point 41 is outside this grid, which has 0 to 40");
    }

    @Provide
    Arbitrary<Segments> divisions() {
        List<Segments> all = IntStream.of(1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500)
                .mapToObj(steps -> new Grid(T, steps))
                .flatMap(grid -> IntStream.rangeClosed(1, grid.steps())
                        .filter(k -> grid.steps() % k == 0)
                        .mapToObj(k -> new Segments(grid, k)))
                .toList();
        return Arbitraries.of(all);
    }

    private static int index(Grid grid, int timestep) {
        return IntStream.rangeClosed(0, grid.steps())
                .filter(i -> grid.timestep(i) == timestep)
                .max()
                .orElseThrow();
    }
}

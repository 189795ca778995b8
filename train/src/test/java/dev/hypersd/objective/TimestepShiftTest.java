package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimestepShiftTest {
    private static final int COUNT = 1000;

    @Property
    void aShiftOfOneChangesNothing(@ForAll @IntRange(min = 1, max = 2000) int count) {
        int[] even = IntStream.range(0, count).toArray();
        assertThat(TimestepShift.NONE.of(even, count)).containsExactly(even);
    }

    @Property
    void shiftedTimestepsKeepTheirOrderAndRange(@ForAll @DoubleRange(min = 0.01, max = 100) double factor) {
        int[] even = IntStream.range(0, COUNT).toArray();
        int[] shifted = new TimestepShift(factor).of(even, COUNT);
        assertThat(shifted).isSorted();
        assertThat(shifted[0]).isNotNegative();
        assertThat(shifted[COUNT - 1]).isLessThan(COUNT);
    }

    /** The odds of being above four fifths are 1 to 4, and four times that is even. */
    @Test
    void theShiftMultipliesTheOddsOfLateTimesteps() {
        int[] even = IntStream.range(0, COUNT).toArray();
        long late = IntStream.of(new TimestepShift(4).of(even, COUNT))
                .filter(timestep -> timestep >= 800)
                .count();
        assertThat(late).isEqualTo(COUNT / 2);
    }

    @Test
    void aShiftMustBePositive() {
        assertThatThrownBy(() -> new TimestepShift(0)).isInstanceOf(IllegalArgumentException.class);
    }
}

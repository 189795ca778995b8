package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class SkippingDatasetTest {
    /** Numbers as samples, of which some are broken. */
    private record Numbers(long size, Set<Long> broken) implements Dataset<Long> {
        @Override
        public Long get(long index) {
            if (broken.contains(index)) {
                throw new BrokenSampleException("number " + index, "is broken");
            }
            return index;
        }
    }

    @Property(tries = 300)
    void everyNumberGivesASampleAndAlwaysTheSame(
            @ForAll @LongRange(min = 1, max = 40) long size, @ForAll Set<@LongRange(min = 0, max = 39) Long> broken) {
        Numbers numbers = new Numbers(size, broken);
        if (LongStream.range(0, size).allMatch(broken::contains)) {
            assertThatThrownBy(() -> unbroken(numbers).get(0)).isInstanceOf(HyperSdException.class);
            return;
        }
        SkippingDataset<Long> once = unbroken(numbers);
        SkippingDataset<Long> backwards = unbroken(numbers);
        long[] samples = LongStream.range(0, size).map(once::get).toArray();
        for (long i = size - 1; i >= 0; i--) {
            long sample = samples[(int) i];
            assertThat(backwards.get(i)).isEqualTo(sample).isNotIn(broken);
            if (!broken.contains(i)) {
                assertThat(sample).isEqualTo(i);
            }
        }
    }

    @Example
    void theNextReadableSampleReplacesABrokenOneAndTheFirstFollowsTheLast() {
        SkippingDataset<Long> samples = unbroken(new Numbers(5, Set.of(1L, 2L, 4L)));

        assertThat(LongStream.range(0, 5).map(samples::get)).containsExactly(0L, 3L, 3L, 3L, 0L);
        assertThat(samples.size()).isEqualTo(5);
    }

    @Example
    void aDataSetOfBrokenSamplesIsRefused() {
        assertThatThrownBy(() -> unbroken(new Numbers(3, Set.of(0L, 1L, 2L))).get(1))
                .isInstanceOf(HyperSdException.class)
                .hasMessage("none of the 3 samples can be used; the last one tried: number 0: is broken");
    }

    private SkippingDataset<Long> unbroken(Numbers numbers) {
        return new SkippingDataset<>(numbers);
    }
}

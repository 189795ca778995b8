package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class ShuffleTest {
    @Property(tries = 200)
    void everyEpochHasEverySampleOnce(
            @ForAll @LongRange(min = 1, max = 3000) long size,
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 1000) long epoch) {
        Shuffle order = new Shuffle(size, seed);

        LongStream samples = LongStream.range(epoch * size, (epoch + 1) * size).map(order::at);

        assertThat(samples.sorted().toArray())
                .isEqualTo(LongStream.range(0, size).toArray());
    }

    @Example
    void eachEpochAndEachSeedHasItsOwnOrder() {
        assertThat(first(new Shuffle(1000, 1), 0))
                .isEqualTo(first(new Shuffle(1000, 1), 0))
                .isNotEqualTo(first(new Shuffle(1000, 1), 1))
                .isNotEqualTo(first(new Shuffle(1000, 2), 0));
    }

    /** Neighbours in the order are no neighbours in the data: of 1000 steps hardly any leads to the next number. */
    @Example
    void neighboursInTheOrderAreNotNeighboursInTheData() {
        Shuffle order = new Shuffle(1000, 7);

        long steps = LongStream.range(1, 1000)
                .filter(i -> order.at(i) == order.at(i - 1) + 1)
                .count();

        assertThat(steps).isLessThan(10); // One is to be expected.
    }

    @Example
    void anOrderOfNoSamplesIsRefused() {
        assertThatThrownBy(() -> new Shuffle(0, 1)).hasMessage("cannot order 0 samples");
    }

    private static long[] first(Shuffle order, long epoch) {
        return LongStream.range(0, 1000).map(i -> order.at(epoch * 1000 + i)).toArray();
    }
}

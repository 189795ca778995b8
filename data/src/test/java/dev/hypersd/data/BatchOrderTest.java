package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.BatchOrder.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    @Test
    void aSingleGroupIsInTheOrderOfTheSeed() {
        Shuffle order = new Shuffle(10, 7);
        BatchOrder batches = BatchOrder.shuffled(groups(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 4, 7);

        List<Place> places = first(batches, 9);

        assertThat(places)
                .hasSize(36)
                .isEqualTo(LongStream.range(0, 36)
                        .mapToObj(position -> new Place(order.at(position), position / 10))
                        .toList());
    }

    @Test
    void samplesInOrderBeginAgainAfterTheLast() {
        assertThat(first(BatchOrder.inOrder(groups(0, 0, 0), 2), 3))
                .extracting(Place::index)
                .containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
        assertThat(first(BatchOrder.inOrder(groups(4, 1, 4, 1), 2), 3))
                .extracting(Place::index)
                .containsExactly(1L, 3L, 0L, 2L, 1L, 3L);
    }

    @Property(tries = 200)
    void everyBatchIsOfOneGroupAndEverySampleComesEquallyOften(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 4) Integer> groups,
            @ForAll @IntRange(min = 1, max = 7) int batch,
            @ForAll long seed) {
        Dataset<Integer> samples =
                groups(groups.stream().mapToInt(group -> group).toArray());
        BatchOrder order = BatchOrder.shuffled(samples, batch, seed);
        int epochs = 6;
        Map<Integer, Integer> sizes = new TreeMap<>();
        groups.forEach(group -> sizes.merge(group, 1, Integer::sum));
        int count =
                sizes.values().stream().mapToInt(size -> epochs * size / batch).sum();

        Map<Long, List<Long>> seen = new TreeMap<>();
        for (int number = 0; number < count; number++) {
            List<Place> places = order.batch(number);
            assertThat(places).hasSize(batch);
            assertThat(places.stream()
                            .map(place -> samples.group(place.index()))
                            .distinct())
                    .hasSize(1);
            places.forEach(place ->
                    seen.computeIfAbsent(place.index(), _ -> new ArrayList<>()).add(place.epoch()));
        }
        seen.forEach((index, times) -> {
            assertThat(new HashSet<>(times)).hasSameSizeAs(times);
            int size = sizes.getOrDefault(samples.group(index), 0);
            int whole = epochs * size / batch * batch / size; // Epochs of its group that are complete.
            assertThat(times.stream().filter(epoch -> epoch < whole)).hasSize(whole);
            assertThat(times).allMatch(epoch -> epoch <= whole);
        });
    }

    @Test
    void groupsTakeTurnsInAnOrderThatTheSeedGives() {
        int[] groups = new int[40];
        Arrays.setAll(groups, index -> index % 2);
        List<Integer> one = turns(groups, 1);

        assertThat(one).isEqualTo(turns(groups, 1)).isNotEqualTo(turns(groups, 2));
        assertThat(one.subList(0, 10)).contains(0, 1);
    }

    private static List<Integer> turns(int[] groups, long seed) {
        BatchOrder order = BatchOrder.shuffled(groups(groups), 4, seed);
        return LongStream.range(0, 30)
                .mapToObj(number -> groups[(int) order.batch(number).getFirst().index()])
                .toList();
    }

    private static List<Place> first(BatchOrder order, long count) {
        return LongStream.range(0, count)
                .boxed()
                .flatMap(number -> order.batch(number).stream())
                .toList();
    }

    /** Returns a data set whose samples are of these groups. */
    private static Dataset<Integer> groups(int... groups) {
        return new Dataset<>() {
            @Override
            public long size() {
                return groups.length;
            }

            @Override
            public Integer get(long index) {
                return groups[(int) index];
            }

            @Override
            public int group(long index) {
                return groups[(int) index];
            }
        };
    }
}

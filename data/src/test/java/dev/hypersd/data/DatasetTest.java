package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DatasetTest {
    @Test
    void aPartIsNumberedFromZeroAndHasNoSamplesBeyondItsEnd() {
        Dataset<Long> part = numbers(10).part(7, 3);

        assertThat(part.size()).isEqualTo(3);
        assertThat(LongStream.range(0, 3).map(part::get)).containsExactly(7L, 8L, 9L);
        assertThatThrownBy(() -> part.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> numbers(10).part(8, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void samplesComeOverAndOverUpToACount() {
        assertThat(all(numbers(3).cycled(8))).containsExactly(0L, 1L, 2L, 0L, 1L, 2L, 0L, 1L);
        assertThat(all(numbers(3).cycled(2))).containsExactly(0L, 1L);
    }

    @Test
    void joinedDataSetsAreNumberedThrough() {
        Dataset<Long> joined =
                new JoinedDataset<>(List.of(numbers(2), numbers(1), numbers(3).part(1, 2), numbers(1)));

        assertThat(all(joined)).containsExactly(0L, 1L, 0L, 1L, 2L, 0L);
        assertThatThrownBy(() -> joined.get(6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> joined.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static List<Long> all(Dataset<Long> numbers) {
        return LongStream.range(0, numbers.size()).mapToObj(numbers::get).toList();
    }

    private static Dataset<Long> numbers(long size) {
        return new Dataset<>() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Long get(long index) {
                return index;
            }
        };
    }
}

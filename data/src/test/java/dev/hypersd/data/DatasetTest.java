package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

package dev.hypersd.data;

import java.util.Objects;
import java.util.function.Function;

/**
 * Samples by number. The same number always gives the same sample, so a run that was interrupted goes on with the
 * sample it would have come to. Safe to use from several threads.
 */
public interface Dataset<S> {
    /** How many samples there are, at least 1. */
    long size();

    /**
     * One sample.
     *
     * @param index 0..{@link #size} - 1
     * @throws BrokenSampleException if this one cannot be read; others may be fine
     */
    S get(long index);

    /**
     * A part of the samples, numbered from 0 on.
     *
     * @param first number of the first one here
     * @param count how many, at least 1
     */
    default Dataset<S> part(long first, long count) {
        Objects.checkFromIndexSize(first, count, size());
        Dataset<S> source = this;
        return new Dataset<>() {
            @Override
            public long size() {
                return count;
            }

            @Override
            public S get(long index) {
                return source.get(first + Objects.checkIndex(index, count));
            }
        };
    }

    /** The same samples seen as something else. */
    default <T> Dataset<T> map(Function<? super S, ? extends T> view) {
        Dataset<S> source = this;
        return new Dataset<>() {
            @Override
            public long size() {
                return source.size();
            }

            @Override
            public T get(long index) {
                return view.apply(source.get(index));
            }
        };
    }
}

package dev.hypersd.data;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * A sequence of samples, each found by its number. The same number always gives the same sample, so an interrupted
 * training run continues with exactly the samples that it would have seen. Implementations are safe to use from several
 * threads.
 */
public interface Dataset<S> {
    /** Returns the number of samples, at least 1. */
    long size();

    /**
     * Returns one sample.
     *
     * @param index its number, 0 to {@link #size} - 1
     * @throws BrokenSampleException if this sample cannot be read; others may be readable
     */
    S get(long index);

    /**
     * Returns a sample as it is in an epoch. A sample that has several forms, such as captions, takes turns between
     * them; all others are always the same.
     *
     * @param epoch how many times all samples have been seen before
     */
    default S get(long index, long epoch) {
        return get(index);
    }

    /**
     * Returns the group of a sample. Samples of different groups cannot be in one batch, such as pictures of different
     * sizes.
     */
    default int group(long index) {
        return 0;
    }

    /** Returns what a sample is made from, if that can be told without making it. */
    default Optional<Origin> origin(long index) {
        return Optional.empty();
    }

    /**
     * Returns {@code count} consecutive samples as a data set of their own, numbered from 0.
     *
     * @param first the number of its first sample in this data set
     * @param count how many samples it has, at least 1
     */
    default Dataset<S> part(long first, long count) {
        Objects.checkFromIndexSize(first, count, size());
        return numbered(count, index -> first + index);
    }

    /**
     * Returns the samples of this data set over and over.
     *
     * @param count how many samples there are altogether, at least 1; with fewer than this data set has, the last ones
     *     are left out
     */
    default Dataset<S> cycled(long count) {
        return numbered(count, index -> index % size());
    }

    private Dataset<S> numbered(long count, LongUnaryOperator number) {
        Dataset<S> source = this;
        return new Dataset<>() {
            @Override
            public long size() {
                return count;
            }

            @Override
            public S get(long index) {
                return source.get(number.applyAsLong(Objects.checkIndex(index, count)));
            }

            @Override
            public S get(long index, long epoch) {
                return source.get(number.applyAsLong(Objects.checkIndex(index, count)), epoch);
            }

            @Override
            public int group(long index) {
                return source.group(number.applyAsLong(Objects.checkIndex(index, count)));
            }

            @Override
            public Optional<Origin> origin(long index) {
                return source.origin(number.applyAsLong(Objects.checkIndex(index, count)));
            }
        };
    }

    /** Returns the same samples, which are learned in another way. */
    default Dataset<S> used(Origin.Use use) {
        return map(sample -> sample, origin -> Optional.of(origin.with(use)));
    }

    /** Returns the data set whose samples are those of this one after {@code view}; their origins are not known. */
    default <T> Dataset<T> map(Function<? super S, ? extends T> view) {
        return map(view, _ -> Optional.empty());
    }

    /**
     * Returns the data set whose samples are those of this one after {@code view}.
     *
     * @param name says what the view does; views that make other samples have other names
     */
    default <T> Dataset<T> map(String name, Function<? super S, ? extends T> view) {
        return map(view, origin -> Optional.of(origin.after(name)));
    }

    private <T> Dataset<T> map(Function<? super S, ? extends T> view, Function<Origin, Optional<Origin>> origins) {
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

            @Override
            public T get(long index, long epoch) {
                return view.apply(source.get(index, epoch));
            }

            @Override
            public int group(long index) {
                return source.group(index);
            }

            @Override
            public Optional<Origin> origin(long index) {
                return source.origin(index).flatMap(origins);
            }
        };
    }
}

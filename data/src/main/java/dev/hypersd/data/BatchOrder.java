package dev.hypersd.data;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * The order in which samples come in batches, without end. Each sample comes once in an epoch, and all samples of a
 * batch are of one {@linkplain Dataset#group group}.
 *
 * <p>Each group has epochs of its own, which its batches cross: what is left at the end of an epoch is filled up with
 * the beginning of the next. So all batches are full, and all samples come equally often. An epoch of the whole has the
 * batches that the groups can fill in it. The order is computed, not stored, so the number of a batch is all that a
 * resumed run has to know.
 */
public final class BatchOrder {
    /**
     * A sample in the order.
     *
     * @param index its number
     * @param epoch how many times it has been there before
     */
    public record Place(long index, long epoch) {}

    /**
     * A group.
     *
     * @param size how many samples it has
     * @param order the number of the sample at a position, which counts through all epochs
     */
    private record Group(long size, LongUnaryOperator order) {
        /** Returns how many batches its first epochs fill. */
        long batches(long epochs, int batch) {
            return epochs * size / batch;
        }
    }

    private interface Choice {
        /** Returns the slot, of {@code count} in an epoch, that comes at a place in it. */
        long slot(long epoch, long count, long place);
    }

    private final List<Group> groups;
    private final int batch;
    private final Choice choice;

    private BatchOrder(List<Group> groups, int batch, Choice choice) {
        this.groups = groups;
        this.batch = batch;
        this.choice = choice;
    }

    /** Returns the order that a seed gives: in each epoch another one. */
    public static BatchOrder shuffled(Dataset<?> samples, int batch, long seed) {
        SortedMap<Integer, long[]> numbers = groups(samples);
        if (numbers.size() == 1) {
            return new BatchOrder(
                    List.of(new Group(samples.size(), new Shuffle(samples.size(), seed)::at)), batch, (_, _, i) -> i);
        }
        List<Group> groups = numbers.entrySet().stream()
                .map(group -> {
                    long[] members = group.getValue();
                    Shuffle order = new Shuffle(members.length, new SeededRandom(seed, group.getKey()).number());
                    return new Group(members.length, position -> members[(int) order.at(position)]);
                })
                .toList();
        return new BatchOrder(
                groups,
                batch,
                (epoch, count, place) -> new Shuffle(count, new SeededRandom(seed, epoch).number()).at(place));
    }

    /** Returns the samples of each group in the order of their numbers. */
    public static BatchOrder inOrder(Dataset<?> samples, int batch) {
        List<Group> groups = groups(samples).values().stream()
                .map(members -> new Group(members.length, position -> members[(int) (position % members.length)]))
                .toList();
        return new BatchOrder(groups, batch, (_, _, place) -> place);
    }

    /** Returns the numbers of the samples of each group. */
    public static SortedMap<Integer, long[]> groups(Dataset<?> samples) {
        SortedMap<Integer, LongStream.Builder> members = new TreeMap<>();
        for (long index = 0; index < samples.size(); index++) {
            members.computeIfAbsent(samples.group(index), _ -> LongStream.builder())
                    .add(index);
        }
        SortedMap<Integer, long[]> groups = new TreeMap<>();
        members.forEach((group, numbers) -> groups.put(group, numbers.build().toArray()));
        return groups;
    }

    /** Returns the samples of a batch, which counts from 0 through all epochs. */
    public List<Place> batch(long number) {
        long epoch = epoch(number);
        long before = batches(epoch);
        long slot = choice.slot(epoch, batches(epoch + 1) - before, number - before);
        for (Group group : groups) {
            long first = group.batches(epoch, batch);
            long here = group.batches(epoch + 1, batch) - first;
            if (slot < here) {
                return places(group, first + slot);
            }
            slot -= here;
        }
        throw new IllegalStateException("batch %d is beyond its epoch".formatted(number));
    }

    private List<Place> places(Group group, long number) {
        return LongStream.range(number * batch, (number + 1) * batch)
                .mapToObj(position -> new Place(group.order().applyAsLong(position), position / group.size()))
                .toList();
    }

    /** Returns the epoch of a batch. */
    private long epoch(long number) {
        long all = groups.stream().mapToLong(Group::size).sum();
        long epoch = number * batch / all; // That many would do without groups.
        while (batches(epoch + 1) <= number) {
            epoch++;
        }
        return epoch;
    }

    /** Returns how many batches the first epochs have. */
    private long batches(long epochs) {
        return groups.stream().mapToLong(group -> group.batches(epochs, batch)).sum();
    }
}

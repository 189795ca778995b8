package dev.hypersd.pickle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The stack of {@link Unpickler} with its marks, and the memo: values that are stored under a number. */
final class PickleStack {
    /** The greatest number of values; whole checkpoints with optimiser and averages have a few hundred thousand. */
    private static final int MOST_VALUES = 2_000_000;

    private final PickleInput in;
    private final List<PickleValue> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, PickleValue> memo = new HashMap<>();
    private long made;

    /** Creates an empty stack; messages name the place in {@code in}. */
    PickleStack(PickleInput in) {
        this.in = in;
    }

    /**
     * Counts {@code more} values that are made or copied.
     *
     * @throws dev.hypersd.error.InvalidFileException if the pickle has made too many
     */
    void count(long more) {
        made += more;
        if (made > MOST_VALUES) {
            throw in.refusal("holds more than %d values".formatted(MOST_VALUES));
        }
    }

    void push(PickleValue value) {
        count(1);
        values.add(value);
    }

    void mark() {
        count(1);
        marks.add(values.size());
    }

    PickleValue top() {
        requireValues(1);
        return values.getLast();
    }

    PickleValue pop() {
        requireValues(1);
        return values.removeLast();
    }

    /** Removes and returns the last {@code count} values. */
    List<PickleValue> pop(int count) {
        requireValues(count);
        return cut(values.size() - count);
    }

    /** Removes the last mark and the values after it, and returns the values. */
    List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw in.damaged("values are taken up to a mark that is not set");
        }
        return cut(marks.removeLast());
    }

    /** Removes the last value or mark. */
    void drop() {
        if (!marks.isEmpty() && marks.getLast() == values.size()) {
            marks.removeLast();
        } else {
            pop();
        }
    }

    /** Stores the last value in the memo under the next free number. */
    void memoise() {
        memoise(memo.size());
    }

    /** Stores the last value in the memo under {@code index}. */
    void memoise(long index) {
        count(1);
        memo.put(index, top());
    }

    /** Pushes the value that is stored in the memo under {@code index}. */
    void recall(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw in.damaged("value %d of the memo is used and was never stored".formatted(index));
        }
        push(value);
    }

    private List<PickleValue> cut(int size) {
        List<PickleValue> tail = values.subList(size, values.size());
        List<PickleValue> taken = List.copyOf(tail);
        tail.clear();
        return taken;
    }

    /** Checks that there are {@code count} values after the last mark; those before it must not be taken. */
    private void requireValues(int count) {
        if (values.size() - (marks.isEmpty() ? 0 : marks.getLast()) < count) {
            throw in.damaged("the stack has no value to take");
        }
    }
}

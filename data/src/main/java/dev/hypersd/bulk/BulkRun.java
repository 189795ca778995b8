package dev.hypersd.bulk;

import dev.hypersd.bulk.BatchDrawing.Prepared;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.bulk.PictureStore.State;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Draws the pictures of a list that are not kept yet. Pictures are looked at in sections, so that memory does not grow
 * with the list.
 *
 * @param drawing draws batches
 * @param store keeps the pictures
 * @param listener told of what happens
 */
public record BulkRun(BatchDrawing drawing, PictureStore store, Listener listener) {
    /** The number of pictures that are prepared at a time; the pictures that they are made from are in memory. */
    private static final int LOOKED_AT = 100;

    /** Receives what happens. */
    public interface Listener {
        /** Receives a picture that was drawn, and its file. */
        void drew(Drawn drawn, Path file);

        /** Receives a picture that cannot be drawn. */
        void failed(Failure failure);
    }

    /**
     * The result of a run.
     *
     * @param drawn the number of pictures that were drawn
     * @param kept the number of those that were there
     * @param changed the number of those drawn that were there, drawn with other options or another model
     * @param damaged the number of those drawn whose files were not as they had been written
     * @param failed the number of those that cannot be drawn
     */
    public record Summary(long drawn, long kept, long changed, long damaged, long failed) implements Serializable {
        private static final long serialVersionUID = 1L;

        static final Summary NOTHING = new Summary(0, 0, 0, 0, 0);

        /** Returns the sum of both. */
        public Summary plus(Summary other) {
            return new Summary(
                    drawn + other.drawn,
                    kept + other.kept,
                    changed + other.changed,
                    damaged + other.damaged,
                    failed + other.failed);
        }

        /** Returns the same with other failures in addition. */
        public Summary plusFailed(long more) {
            return new Summary(drawn, kept, changed, damaged, failed + more);
        }

        /** Describes the run in a sentence. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("%d drawn, %d were there".formatted(drawn, kept));
            if (changed > 0) {
                text.append(", %d of those drawn replace pictures of other options".formatted(changed));
            }
            if (damaged > 0) {
                text.append(", %d of those drawn replace damaged files".formatted(damaged));
            }
            return text.append(", %d failed".formatted(failed)).toString();
        }
    }

    /** Draws what is missing of {@code pictures}, which are in the order of their numbers. */
    public Summary draw(List<Wanted> pictures) {
        return draw(pictures, List.of());
    }

    /**
     * Draws what is missing of {@code pictures}, which are in the order of their numbers.
     *
     * @param unreadable prompts that cannot be read, of which the store is told; the summary does not count them
     */
    public Summary draw(List<Wanted> pictures, List<Failure> unreadable) {
        SortedMap<Long, List<Wanted>> sections = new TreeMap<>();
        pictures.forEach(picture -> sections.computeIfAbsent(section(picture.number()), _ -> new ArrayList<>())
                .add(picture));
        unreadable.forEach(failure -> sections.computeIfAbsent(section(failure.number()), _ -> new ArrayList<>()));
        Summary summary = Summary.NOTHING;
        for (Map.Entry<Long, List<Wanted>> some : sections.entrySet()) {
            long section = some.getKey();
            store.begin(section * PictureShards.SIZE, (section + 1) * PictureShards.SIZE);
            unreadable.stream()
                    .filter(failure -> section(failure.number()) == section)
                    .forEach(store::failed);
            summary = summary.plus(section(some.getValue()));
        }
        return summary;
    }

    private static long section(long number) {
        return number / PictureShards.SIZE;
    }

    private Summary section(List<Wanted> pictures) {
        Counter counter = new Counter();
        for (int begin = 0; begin < pictures.size(); begin += LOOKED_AT) {
            List<Prepared> missing = new ArrayList<>();
            for (Wanted wanted : pictures.subList(begin, Math.min(begin + LOOKED_AT, pictures.size()))) {
                for (Prepared prepared : drawing.prepare(wanted, counter::failed)) {
                    State state = store.state(prepared);
                    counter.count(state);
                    if (state != State.WHOLE) {
                        missing.add(prepared);
                    }
                }
            }
            drawing.draw(missing, counter::done);
        }
        store.end();
        return new Summary(counter.drawn, counter.kept, counter.changed, counter.damaged, counter.failed);
    }

    /** Counts and reports what becomes of the pictures of a section. */
    private final class Counter {
        private long drawn;
        private long kept;
        private long changed;
        private long damaged;
        private long failed;

        private void count(State state) {
            switch (state) {
                case WHOLE -> kept++;
                case CHANGED -> changed++;
                case DAMAGED -> damaged++;
                case MISSING -> {}
            }
        }

        private void done(Outcome outcome) {
            switch (outcome) {
                case Drawn picture -> {
                    drawn++;
                    listener.drew(picture, store.put(picture));
                }
                case Failure failure -> failed(failure);
            }
        }

        private void failed(Failure failure) {
            failed++;
            store.failed(failure);
            listener.failed(failure);
        }
    }
}

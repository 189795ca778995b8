package dev.hypersd.data;

import dev.hypersd.image.ImageWarnings;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Collects what is wrong with the files of a data set. The first file of each kind of finding is reported at once.
 * When all samples have been read, kinds with several files are reported with the number of files and the first names.
 * So thousands of files of one kind make two messages. Instances are safe to use from several threads.
 */
public final class DatasetFindings implements ImageWarnings {
    /** The number of files of a kind that a report names. */
    private static final int NAMED = 3;

    /** More kinds than there are; reasons of unforeseen wording are then reported one by one. */
    private static final int MOST_KINDS = 100;

    private final Consumer<String> report;
    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private static final class Kind {
        private final Set<String> files = new LinkedHashSet<>();

        /** The number of files that were reported. */
        private int reported = 1;
    }

    /**
     * Creates an empty collection.
     *
     * @param report receives each message, a sentence
     */
    public DatasetFindings(Consumer<String> report) {
        this.report = report;
    }

    @Override
    public void warn(Path file, String finding) {
        add(file.toString(), finding, "%s %s".formatted(file, finding));
    }

    /** Adds a sample that cannot be used. Reasons that differ only in details are of one kind. */
    private void add(BrokenSampleException broken) {
        String kind = broken.reason().split("[:,;]", 2)[0];
        add(broken.sample(), kind, "%s; the next sample takes its place".formatted(broken.getMessage()));
    }

    private synchronized void add(String file, String kind, String sentence) {
        boolean isNew = !kinds.containsKey(kind);
        if (isNew && kinds.size() == MOST_KINDS) {
            report.accept(sentence);
            return;
        }
        kinds.computeIfAbsent(kind, _ -> new Kind()).files.add(file);
        if (isNew) {
            report.accept(sentence);
        }
    }

    private synchronized void reportCounts() {
        kinds.forEach((name, kind) -> {
            int count = kind.files.size();
            if (count > kind.reported) {
                String first =
                        String.join(", ", kind.files.stream().limit(NAMED).toList());
                String rest = count > NAMED ? " and %d more".formatted(count - NAMED) : "";
                report.accept("%d files of the data set: %s (%s%s)".formatted(count, name, first, rest));
                kind.reported = count;
            }
        });
    }

    /** Returns {@code samples}, with what is wrong with them added here. */
    public <S> Dataset<S> watch(Dataset<S> samples) {
        return new Dataset<>() {
            private final BitSet read = new BitSet();
            private int count;

            @Override
            public long size() {
                return samples.size();
            }

            @Override
            public S get(long index) {
                try {
                    return samples.get(index);
                } catch (BrokenSampleException e) {
                    add(e);
                    throw e;
                } finally {
                    passed(index);
                }
            }

            @Override
            public Optional<Origin> origin(long index) {
                return samples.origin(index);
            }

            private void passed(long index) {
                boolean isLast;
                synchronized (read) {
                    int number = Math.toIntExact(index);
                    boolean isNew = !read.get(number);
                    read.set(number);
                    count += isNew ? 1 : 0;
                    isLast = isNew && count == samples.size();
                }
                if (isLast) {
                    reportCounts();
                }
            }
        };
    }
}

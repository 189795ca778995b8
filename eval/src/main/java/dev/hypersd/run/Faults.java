package dev.hypersd.run;

import java.util.List;

/** Counts what is damaged in a file, and keeps a description of the first damage, however much there is. */
final class Faults {
    private final String file;
    private String first = "";
    private long count;

    /** No faults of a file of this name. */
    Faults(String file) {
        this.file = file;
    }

    /** Adds a fault, a description such as {@code line 3 is not a JSON object}. */
    void add(String fault) {
        if (count++ == 0) {
            first = fault;
        }
    }

    /** Returns a sentence on all faults; no sentence if there are none. */
    List<String> sentences() {
        if (count == 0) {
            return List.of();
        }
        String more = count == 1 ? "" : "; %d more values or lines are damaged".formatted(count - 1);
        return List.of("%s: %s and is left out%s".formatted(file, first, more));
    }
}

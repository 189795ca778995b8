package dev.hypersd.file;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What happens when the program is told to end (Ctrl-C, SIGTERM): first whoever wants to save something does so, then the drafts that are still
 * open are removed.
 */
public final class Ending {
    private static final List<Runnable> FIRST = new CopyOnWriteArrayList<>();

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(Ending::carryOut, "hypersd-ending"));
        } catch (IllegalStateException e) {
            // The program is ending already, and what is written now is somebody's last act: it is left to finish.
        }
    }

    private Ending() {}

    /** Has {@code saving} run before drafts are removed; it returns when all is saved. The normal end of the program runs it too. */
    public static void first(Runnable saving) {
        FIRST.add(saving);
    }

    /** Makes sure that this class is there to take care of the end. */
    static void prepare() {
        // The static initialiser does it.
    }

    private static void carryOut() {
        FIRST.forEach(Runnable::run);
        Draft.removeAll();
    }
}

package dev.hypersd.file;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What happens when the program is told to end (Ctrl-C, SIGTERM): first the actions that save something run, then the
 * drafts that are still open are removed.
 */
public final class Shutdown {
    private static final List<Runnable> ACTIONS = new CopyOnWriteArrayList<>();

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(Shutdown::run, "hypersd-shutdown"));
        } catch (IllegalStateException e) {
            // The program is ending already, and what is written now comes from one of the actions: it is left to
            // finish.
        }
    }

    private Shutdown() {}

    /**
     * Has {@code saving} run before drafts are removed, also at the normal end of the program.
     *
     * @param saving returns when all is saved
     */
    public static void register(Runnable saving) {
        ACTIONS.add(saving);
    }

    /** Initialises this class, whose static initialiser makes sure that drafts are removed at the end. */
    static void install() {
        // The static initialiser does it.
    }

    private static void run() {
        ACTIONS.forEach(Runnable::run);
        Draft.removeAll();
    }
}

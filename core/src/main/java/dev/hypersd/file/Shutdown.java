package dev.hypersd.file;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Controls what happens when the program is terminated (Ctrl-C, SIGTERM): first the registered actions that save
 * something run, then unpublished drafts are deleted.
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
     * Registers an action that runs before drafts are deleted, also at the normal end of the program.
     *
     * @param saving returns when all is saved
     */
    public static void register(Runnable saving) {
        ACTIONS.add(saving);
    }

    /** Makes sure that drafts are deleted at the end, by initialising this class. */
    static void install() {
        // The static initialiser does it.
    }

    private static void run() {
        ACTIONS.forEach(Runnable::run);
        Draft.removeAll();
    }
}

package dev.hypersd.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;

/** Says what is not as it should be on standard error, each sentence once however many pictures it is true of. */
final class Warnings {
    private final PrintWriter err;
    private final Set<String> said = new HashSet<>();

    Warnings(PrintWriter err) {
        this.err = err;
    }

    void say(String sentence) {
        if (said.add(sentence)) {
            err.println("hypersd: warning: " + sentence);
        }
    }
}

package dev.hypersd.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;

/** Prints warnings to standard error, each sentence once however many pictures it applies to. */
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

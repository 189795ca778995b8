package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Keeps what is logged, to check that it tells nothing of prompts, and nothing that a terminal would obey. */
final class LogWatch extends Handler implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();

    LogWatch() {
        ROOT.addHandler(this);
    }

    /** Takes a line of the access log. */
    void accessed(String line) {
        lines.add(line);
    }

    @Override
    public void publish(LogRecord logged) {
        String text = new SimpleFormatter().formatMessage(logged);
        lines.addAll(text.lines().map(String::stripLeading).toList());
        if (logged.getLevel().intValue() >= Level.SEVERE.intValue()) {
            faults.add(text);
        }
    }

    /** Checks what was logged since the last time. */
    void check() {
        assertThat(faults).as("unexpected exceptions").isEmpty();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line).doesNotContainIgnoringCase(Grammar.SECRET);
            ErrorShape.assertIsPrintable("the log", line);
        });
        lines.clear();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        ROOT.removeHandler(this);
    }
}

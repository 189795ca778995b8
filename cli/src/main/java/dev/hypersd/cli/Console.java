package dev.hypersd.cli;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.text.MessageFormat;
import java.util.Optional;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * The logging backend of the command, which prints log messages as plain lines to standard error: warnings always,
 * information with {@code --verbose}. The JDK finds it as a service; it starts far faster than the default one.
 */
public final class Console extends System.LoggerFinder {
    private static volatile boolean verbose;

    static void verbose(boolean on) {
        verbose = on;
    }

    static boolean isVerbose() {
        return verbose;
    }

    @Override
    public Logger getLogger(String name, Module module) {
        return new Lines(name);
    }

    private record Lines(String name) implements Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            Level least = !verbose ? Level.WARNING : name.startsWith("dev.hypersd") ? Level.INFO : Level.WARNING;
            return level != Level.OFF && level.compareTo(least) >= 0;
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable cause) {
            if (isLoggable(level)) {
                show(level, Optional.ofNullable(message).orElse(""));
                if (cause != null && verbose) {
                    cause.printStackTrace();
                }
            }
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String format, @Nullable Object... arguments) {
            if (isLoggable(level)) {
                String message = Optional.ofNullable(format).orElse("");
                show(
                        level,
                        arguments == null || arguments.length == 0
                                ? message
                                : MessageFormat.format(message, arguments));
            }
        }

        private static void show(Level level, String message) {
            boolean warning = level.compareTo(Level.WARNING) >= 0;
            System.err.println("hypersd: " + (warning ? "warning: " : "") + message);
        }
    }
}

package dev.hypersd.serve.error;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Exceptions as text for the log. */
public final class StackTraces {
    private static final int MAX_CAUSES = 8;
    private static final int MAX_FRAMES = 64;

    private StackTraces() {}

    /**
     * Returns the types of {@code thrown} and its causes, and the places where they were thrown, without their
     * messages: those may contain prompts of clients, and control characters that forge lines of the log.
     */
    public static String withoutMessages(Throwable thrown) {
        List<Throwable> causes = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .limit(MAX_CAUSES)
                .toList();
        return causes.stream().map(StackTraces::places).collect(Collectors.joining("\nCaused by: "));
    }

    private static String places(Throwable thrown) {
        return Stream.concat(
                        Stream.of(thrown.getClass().getName()),
                        Arrays.stream(thrown.getStackTrace()).limit(MAX_FRAMES).map(frame -> "\tat " + frame))
                .collect(Collectors.joining("\n"));
    }
}

package dev.hypersd.cli;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports failures as one sentence on standard error and an exit code. */
final class Failures {
    /** A part of the message of the engine's allocator when memory is exhausted. */
    private static final String NATIVE_MEMORY = "can't allocate memory";

    private static final String NO_MEMORY =
            "there is not enough memory; try a smaller --size, --tiled, --dtype bf16 or fewer pictures at once";

    private Failures() {}

    /** Reports that the command line is invalid. */
    static int wrongUsage(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        say(
                command,
                failure instanceof UnmatchedArgumentException unknown
                        ? "unknown argument " + String.join(" ", unknown.getUnmatched())
                        : firstLine(failure));
        UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    /** Reports that a valid command failed. */
    static int failed(Exception failure, CommandLine command, ParseResult arguments) {
        say(command, sentence(failure));
        if (Console.isVerbose()) {
            failure.printStackTrace(command.getErr());
        }
        return failure instanceof InvalidRequestException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    private static void say(CommandLine command, String sentence) {
        command.getErr().println("hypersd: " + sentence);
    }

    /** Reports that Java's own memory is exhausted, which is not an {@link Exception}. */
    static int outOfMemory(CommandLine command) {
        say(command, NO_MEMORY);
        return ExitCode.SOFTWARE;
    }

    private static String sentence(Exception failure) {
        String message = firstLine(failure);
        if (message.contains(NATIVE_MEMORY)) {
            return NO_MEMORY;
        }
        return failure instanceof HyperSdException
                ? message
                : "unexpected failure: %s: %s%s"
                        .formatted(
                                failure.getClass().getSimpleName(),
                                message,
                                Console.isVerbose() ? "" : " (--verbose shows where)");
    }

    /** Returns the first line of a message, because the engine appends a native stack trace. */
    private static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}

package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The entry point of {@code spark-submit}: the commands of {@code hypersd} that are carried out by a cluster. Exit
 * codes: 0 success, 1 failure, 2 invalid arguments.
 */
@Command(
        name = "hypersd-spark",
        description = "Text to image on the machines of a Spark cluster.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        subcommands = {
            GenerateCommand.class,
            EncodeCommand.class,
            JudgeCommand.Eval.class,
            JudgeCommand.Compare.class,
            TrainCommand.class
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        int code = run(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                arguments);
        // Where the driver lives on, as in a notebook, an exit would end it.
        if (code != ExitCode.OK) {
            System.exit(code);
        }
    }

    /** Runs the command with results on {@code out} and messages on {@code err}, and returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler((failure, command, _) -> failed(failure, command))
                .execute(arguments);
    }

    private static int failed(Exception failure, CommandLine command) {
        if (failure instanceof HyperSdException) {
            command.getErr().println("hypersd-spark: " + failure.getMessage());
        } else {
            failure.printStackTrace(command.getErr());
        }
        return failure instanceof InvalidRequestException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    /** Prints the help, since the command needs a subcommand. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}

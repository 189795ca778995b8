package dev.hypersd.cli;

import dev.hypersd.evaluation.Statistics;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entry point of the {@code hypersd} command. Exit codes: 0 success, 1 failure, 2 invalid arguments. */
@Command(
        name = "hypersd",
        description = "Text to image in one to eight steps, in Java.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpAutoWidth = true,
        subcommands = {
            GenerateCommand.class,
            ServeCommand.class,
            McpCommand.class,
            InspectCommand.class,
            ConvertCommand.class,
            LoraCommand.class,
            ShowCommand.class,
            TrainCommand.class,
            RunsCommand.class,
            DataCommand.class,
            EvalCommand.class,
            ModelsCommand.class,
            JudgesCommand.class,
            FollowCommand.class,
            CompareCommand.class,
            StudyCommand.class,
            InitCommand.class,
            DoctorCommand.class
        })
public final class Main implements Runnable {
    private final Statistics statistics;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Main(Statistics statistics) {
        this.statistics = statistics;
    }

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show where a failure comes from, and what is done on the way.")
    void verbose(boolean on) {
        Console.verbose(on);
    }

    public static void main(String[] arguments) {
        OptionalInt restarted = Utf8Locale.restarted();
        if (restarted.isPresent()) {
            System.exit(restarted.getAsInt());
        }
        // Numbers look the same wherever the command runs: some locales have other digits, or a decimal comma.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        System.exit(run(
                new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset()),
                arguments));
    }

    /** Runs the command with results on {@code out} and messages on {@code err}, and returns the exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return run(out, err, Statistics.HERE, arguments);
    }

    /** Does the same, and lets {@code statistics} compute the means and covariances of features. */
    public static int run(PrintWriter out, PrintWriter err, Statistics statistics, String... arguments) {
        CommandLine command = commandLine(statistics)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(Failures::wrongUsage)
                .setExecutionExceptionHandler(Failures::failed);
        try {
            return command.execute(arguments);
        } catch (OutOfMemoryError e) {
            return Failures.outOfMemory(command);
        }
    }

    /** Returns the command with all its subcommands. An argument that begins with {@code @} is not expanded. */
    static CommandLine commandLine() {
        return commandLine(Statistics.HERE);
    }

    private static CommandLine commandLine(Statistics statistics) {
        CommandLine command = new CommandLine(new Main(statistics))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setAllowOptionsAsOptionParameters(true);
        PictureOptions.addTo(command);
        return command;
    }

    /** Returns what computes the means and covariances of features. */
    Statistics statistics() {
        return statistics;
    }

    /** Prints the help, since the command needs a subcommand. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}

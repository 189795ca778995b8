package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.Judge;
import dev.hypersd.judge.JudgeCheck;
import dev.hypersd.judge.JudgeFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd judges}, about the networks that score pictures. */
@Command(
        name = "judges",
        description = "Say which judges a folder has, and which published files would make up the others.",
        footer = {"", "Example:", "  hypersd judges check judges --require clip,image-reward"},
        subcommands = JudgesCommand.CheckCommand.class)
final class JudgesCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: check");
    }

    /** The command {@code hypersd judges check}. */
    @Command(
            name = "check",
            description = {
                "Open each judge in a folder and say what it is, how it prepares pictures, and its fingerprint.",
                "The exit code is 1 if one of them cannot be used, or if a required one is missing."
            },
            footer = {"", "Example:", "  hypersd judges check judges --require clip,image-reward"})
    static final class CheckCommand implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Parameters(paramLabel = "DIR", description = "A folder with a sub-folder for each judge.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path folder;

        @Option(
                names = "--require",
                paramLabel = "NAMES",
                split = ",",
                description = "Judges that have to be there, by the names of their folders, separated by commas.")
        private List<String> required = List.of();

        @Override
        public Integer call() {
            JudgeFolder judges = new JudgeFolder(folder);
            required.forEach(CheckCommand::requireName);
            JudgeCheck check = JudgeCheck.of(judges);
            PrintWriter out = spec.commandLine().getOut();
            out.println(folder);
            check.findings()
                    .forEach(finding -> out.printf(
                            "  %-14s %-8s %s%n",
                            finding.name(), finding.state().name().toLowerCase(Locale.ROOT), finding.text()));
            return check.passes(required) ? 0 : 1;
        }

        private static void requireName(String name) {
            List<String> names =
                    Arrays.stream(Judge.values()).map(Judge::folder).toList();
            if (names.stream().noneMatch(known -> name.equals(known) || name.startsWith(known + "-"))) {
                throw new InvalidRequestException(
                        "--require names \"%s\"; judges are %s".formatted(name, String.join(", ", names)));
            }
        }
    }
}

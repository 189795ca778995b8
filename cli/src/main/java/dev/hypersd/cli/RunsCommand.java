package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.recipe.RecipeKeys;
import dev.hypersd.run.RunFolders;
import dev.hypersd.run.RunState;
import dev.hypersd.serve.RunsServer;
import dev.hypersd.serve.queue.Limits;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd runs}, which shows training runs. */
@Command(
        name = "runs",
        description = "List the training runs in a folder and the folders below it, or serve a page with their curves, "
                + "samples and recipes, which follows runs that go on. Nothing is written.",
        footer = {
            "",
            "Examples:",
            "  hypersd runs",
            "  hypersd runs runs/mini --serve",
        })
final class RunsCommand implements Runnable {
    private static final List<String> TITLES = List.of("run", "objective", "step", "last losses", "moved", "");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FOLDER",
            arity = "0..1",
            defaultValue = "runs",
            description = "The folder that runs are written to. Default: runs.")
    private Path folder = Path.of("runs");

    @Option(names = "--serve", description = "Serve a page with curves, samples and recipes.")
    private boolean serve;

    @ArgGroup(validate = false, heading = "%nServer%n")
    private final ListenOptions listen = new ListenOptions();

    @Override
    public void run() {
        RunFolders runs = RunFolders.in(folder, RecipeKeys::of);
        if (serve) {
            serve(runs);
        } else {
            refuseListenOptions();
            list(runs.states());
        }
    }

    private void serve(RunFolders runs) {
        PrintWriter err = spec.commandLine().getErr();
        RunsServer server = RunsServer.start(
                runs,
                listen.options(
                        Set.of(),
                        false,
                        Limits.DEFAULT,
                        Duration.ZERO,
                        spec.commandLine().getOut(),
                        err));
        listen.serve(server.port(), err, server::close);
    }

    private void refuseListenOptions() {
        spec.commandLine().getParseResult().matchedOptions().stream()
                .filter(option -> option.group() != null)
                .findFirst()
                .ifPresent(option -> {
                    throw new InvalidRequestException(
                            "%s is about the page, which --serve serves: add --serve".formatted(option.longestName()));
                });
    }

    private void list(List<RunState> states) {
        PrintWriter out = spec.commandLine().getOut();
        if (states.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println(printable(folder + " contains no runs; hypersd train RECIPE makes them"));
            return;
        }
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        Instant now = Instant.now();
        states.forEach(state -> rows.add(row(state, now)));
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < TITLES.size(); column++) {
            int place = column;
            widths.add(
                    rows.stream().mapToInt(row -> row.get(place).length()).max().orElse(0));
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(row.get(column))
                        .append(" ".repeat(widths.get(column) - row.get(column).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        Warnings warnings = new Warnings(spec.commandLine().getErr());
        states.forEach(state -> state.faults().forEach(fault -> warnings.say(printable(state.name() + ": " + fault))));
    }

    private static List<String> row(RunState state, Instant now) {
        return List.of(
                printable(state.name()),
                state.objective().isEmpty() ? "-" : printable(state.objective()),
                state.steps().isPresent()
                        ? "%d of %d".formatted(state.step(), state.steps().getAsLong())
                        : Long.toString(state.step()),
                state.losses().isEmpty()
                        ? "-"
                        : state.losses().entrySet().stream()
                                .map(loss -> "%s %.4g".formatted(printable(loss.getKey()), loss.getValue()))
                                .collect(Collectors.joining(", ")),
                age(Duration.between(state.moved(), now)),
                state.running() ? "running" : "");
    }

    /** Returns how long ago something was, in its largest unit. */
    static String age(Duration time) {
        if (time.toMinutes() < 1) {
            return Math.max(0, time.toSeconds()) + " s ago";
        }
        if (time.toHours() < 1) {
            return time.toMinutes() + " min ago";
        }
        return time.toDays() < 1 ? time.toHours() + " h ago" : time.toDays() + " d ago";
    }

    /** Returns text from files without what would control a terminal. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}

package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.json.Json;
import dev.hypersd.model.ModelCheck;
import dev.hypersd.tensor.Dtype;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd models}, about the models, LoRAs, ControlNets and judges that there are. */
@Command(
        name = "models",
        description = "Say which models, LoRAs, ControlNets and judges are where, and whether they are whole.",
        footer = {"", "Example:", "  hypersd models list --models models --loras loras"},
        subcommands = {
            ModelsCommand.ListCommand.class,
            ModelsCommand.PathCommand.class,
            ModelsCommand.CheckCommand.class
        })
final class ModelsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: list, path or check");
    }

    /** The command {@code hypersd models list}. */
    @Command(
            name = "list",
            description = "List what comes with the program and what is in the named folders: what it is, its size, "
                    + "its type of numbers, its place, and whether it is whole. Only headers are read.",
            footer = {
                "",
                "Examples:",
                "  hypersd models list",
                "  hypersd models list --models models --loras loras --controls controls --judges judges --json"
            })
    static final class ListCommand implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final ModelFolders folders = new ModelFolders();

        @Option(names = "--json", description = "Print one JSON object for each entry.")
        private boolean json;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            for (ModelFolders.Entry entry : folders.entries(spec.commandLine().getErr())) {
                print(
                        out,
                        json,
                        entry.name(),
                        ModelCheck.ofHeaders(entry.path(), Optional.of(entry.use())),
                        entry.use().title());
            }
        }
    }

    /** The command {@code hypersd models path}. */
    @Command(
            name = "path",
            description = "Print the files or folders of the given names, one on each line; without names, the "
                    + "folders that are searched.",
            footer = {"", "Example:", "  hypersd models path flat --loras loras"})
    static final class PathCommand implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Parameters(paramLabel = "NAME", arity = "0..*", description = "Names as hypersd models list shows them.")
        private List<String> names = List.of();

        @Mixin
        private final ModelFolders folders = new ModelFolders();

        @Option(names = "--json", description = "Print one JSON object for each place.")
        private boolean json;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            if (names.isEmpty()) {
                folders.all().forEach(folder -> print(out, Map.of("path", folder.toString()), folder));
                return;
            }
            for (ModelFolders.Entry entry :
                    named(names, folders.entries(spec.commandLine().getErr()))) {
                Map<String, String> place = new LinkedHashMap<>();
                place.put("kind", entry.use().title());
                place.put("name", entry.name());
                place.put("path", entry.path().toString());
                print(out, place, entry.path());
            }
        }

        private void print(PrintWriter out, Map<String, String> place, Path path) {
            out.println(json ? Json.MAPPER.writeValueAsString(place) : path.toString());
        }
    }

    /** The command {@code hypersd models check}. */
    @Command(
            name = "check",
            description = {
                "Read headers and all values, one tensor at a time: files must be whole, and numbers finite.",
                "The exit code is 1 if something is wrong with one of them or a file is missing."
            },
            footer = {
                "",
                "Examples:",
                "  hypersd models check --models models --loras loras",
                "  hypersd models check Hyper-SD15-4steps-lora.safetensors"
            })
    static final class CheckCommand implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Parameters(
                paramLabel = "NAME|FILE|DIR",
                arity = "0..*",
                description = "What to check: names as hypersd models list shows them, files or model directories. "
                        + "Default: all that is listed.")
        private List<String> names = List.of();

        @Mixin
        private final ModelFolders folders = new ModelFolders();

        @Option(names = "--json", description = "Print one JSON object for each entry.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            List<String> files = names.stream().filter(CheckCommand::isFile).toList();
            List<String> others =
                    names.stream().filter(name -> !files.contains(name)).toList();
            boolean whole = true;
            for (String file : files) {
                ModelCheck check = ModelCheck.ofValues(Path.of(file), Optional.empty());
                print(out, json, file, check, "file");
                whole &= check.isWhole();
            }
            List<ModelFolders.Entry> entries = names.isEmpty()
                    ? folders.entries(spec.commandLine().getErr())
                    : others.isEmpty()
                            ? List.of()
                            : named(others, folders.entries(spec.commandLine().getErr()));
            for (ModelFolders.Entry entry : entries) {
                ModelCheck check = ModelCheck.ofValues(entry.path(), Optional.of(entry.use()));
                print(out, json, entry.name(), check, entry.use().title());
                whole &= check.isWhole();
            }
            return whole ? 0 : 1;
        }

        /** Returns whether a file is meant, which may be missing; names as they are listed have no folder or ending. */
        private static boolean isFile(String name) {
            Path file = Path.of(name);
            return Files.exists(file) || file.getNameCount() > 1 || name.endsWith(".safetensors");
        }
    }

    /**
     * Returns the entries of these names; a name may be that of a LoRA and of a ControlNet, and then means both.
     *
     * @throws InvalidRequestException if there is no entry of a name
     */
    private static List<ModelFolders.Entry> named(List<String> names, List<ModelFolders.Entry> entries) {
        List<ModelFolders.Entry> found = new ArrayList<>();
        for (String name : names) {
            List<ModelFolders.Entry> matching =
                    entries.stream().filter(entry -> entry.name().equals(name)).toList();
            if (matching.isEmpty()) {
                throw new InvalidRequestException(
                        "there is no \"%s\" in the folders that are searched; did you mean %s?"
                                .formatted(
                                        name,
                                        Nearest.of(
                                                name,
                                                entries.stream()
                                                        .map(ModelFolders.Entry::name)
                                                        .toList())));
            }
            found.addAll(matching);
        }
        return found;
    }

    private static void print(PrintWriter out, boolean json, String name, ModelCheck check, String kind) {
        String types = check.dtypes().stream().sorted().map(Dtype::name).collect(Collectors.joining(", "));
        if (json) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("kind", kind);
            entry.put("name", name);
            entry.put("type", check.type());
            entry.put("bytes", check.bytes());
            entry.put("dtypes", check.dtypes().stream().sorted().toList());
            entry.put("path", check.path().toString());
            entry.put("whole", check.isWhole());
            entry.put("problems", check.problems());
            out.println(Json.MAPPER.writeValueAsString(entry));
            return;
        }
        out.printf(
                Locale.ROOT,
                "%-11s%-24s%10.1f MB  %-9s %s%n",
                kind,
                name,
                check.bytes() / 1e6,
                types,
                check.type() + (check.isWhole() ? ", whole" : ""));
        out.printf("           %s%n", check.path());
        check.problems().forEach(problem -> out.printf("           not whole: %s%n", problem));
    }
}

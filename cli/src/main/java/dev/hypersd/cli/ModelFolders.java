package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.ModelCheck.Use;
import dev.hypersd.serve.registry.FileRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The folders in which {@code hypersd models} looks, after what comes with the program. */
final class ModelFolders {
    /**
     * One thing that options can name.
     *
     * @param use what it is used for
     * @param name the name by which it is found
     * @param path its file or folder
     */
    record Entry(Use use, String name, Path path) {}

    @Mixin
    private final RegistryOptions registries = new RegistryOptions();

    @Option(names = "--judges", paramLabel = "DIR", description = "A folder of judges, each in a folder of its own.")
    private List<Path> judges = new ArrayList<>();

    /** Returns the folders in the order in which they are searched. */
    List<Path> all() {
        List<Path> embedded = List.of(
                EmbeddedModel.folder(),
                EmbeddedModel.lora().resolveSibling(""),
                EmbeddedModel.controls().values().iterator().next().resolveSibling(""),
                EmbeddedModel.judges());
        return Stream.of(embedded, registries.models, registries.loras, registries.controls, judges)
                .flatMap(List::stream)
                .distinct()
                .toList();
    }

    /**
     * Returns all that is in the folders: models, LoRAs, ControlNets and judges, each folder by folder, sorted by name.
     *
     * @param err where files are named that nothing here reads
     */
    List<Entry> entries(PrintWriter err) {
        List<Entry> entries = new ArrayList<>();
        add(entries, Use.MODEL, Map.of(EmbeddedModel.NAME, EmbeddedModel.folder()));
        registries.models.forEach(folder -> add(entries, Use.MODEL, FileRegistry.models(List.of(folder)), err));
        add(entries, Use.LORA, EmbeddedModel.loras());
        registries.loras.forEach(folder -> add(entries, Use.LORA, FileRegistry.loras(Map.of(), List.of(folder)), err));
        add(entries, Use.CONTROLNET, EmbeddedModel.controls());
        registries.controls.forEach(
                folder -> add(entries, Use.CONTROLNET, FileRegistry.controlNets(Map.of(), List.of(folder)), err));
        Stream.concat(Stream.of(EmbeddedModel.judges()), judges.stream())
                .flatMap(folder -> judgesIn(folder).stream())
                .forEach(judge ->
                        entries.add(new Entry(Use.JUDGE, FileRegistry.name(judge), JudgeFolder.trained(judge))));
        return List.copyOf(entries);
    }

    private static void add(List<Entry> entries, Use use, FileRegistry folder, PrintWriter err) {
        folder.warnings().forEach(new Warnings(err)::say);
        add(entries, use, folder.all());
    }

    private static void add(List<Entry> entries, Use use, Map<String, Path> named) {
        new TreeMap<>(named).forEach((name, path) -> entries.add(new Entry(use, name, path)));
    }

    private static List<Path> judgesIn(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(Files::isDirectory)
                    .filter(judge -> !FileRegistry.name(judge).startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "is not a folder that can be read", e);
        }
    }
}

package dev.hypersd.serve.registry;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.pickle.PickleConversion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds files and folders of one kind by name. A name is searched among the entries of the given folders and never used
 * as a path, so no name leads outside of them. Safe to share.
 */
public final class FileRegistry {
    private static final Pattern ADDED =
            Pattern.compile("(?i:\\.(safetensors|ckpt|pt|pth|bin))?(\\s*\\[[0-9a-fA-F]{4,64}])?$");

    private static final int MAX_NAME_LENGTH = 300;

    private final Map<String, Path> named;
    private final List<Path> folders;
    private final Predicate<Path> matches;

    /** The entries by name, replaced as a whole when the folders are listed again. */
    private volatile SequencedMap<String, Path> known;

    /**
     * Creates a registry.
     *
     * @param named further files by name, outside of the folders
     * @param folders folders whose entries are found by their file names, without {@code .safetensors}
     * @param matches whether an entry of a folder is of this kind
     * @throws InvalidFileException if a folder cannot be read
     */
    public FileRegistry(Map<String, Path> named, List<Path> folders, Predicate<Path> matches) {
        this.named = Map.copyOf(named);
        this.folders = List.copyOf(folders);
        this.matches = matches;
        this.known = list();
    }

    /** Creates a registry of models: folders in the diffusers layout, and checkpoint files. */
    public static FileRegistry models(List<Path> folders) {
        return new FileRegistry(
                Map.of(), folders, entry -> isWeights(entry) || Files.isRegularFile(entry.resolve("model_index.json")));
    }

    /** Creates a registry of LoRAs: safetensors files. */
    public static FileRegistry loras(Map<String, Path> named, List<Path> folders) {
        return new FileRegistry(named, folders, FileRegistry::isWeights);
    }

    /** Creates a registry of ControlNets: safetensors files, and folders in the diffusers layout. */
    public static FileRegistry controlNets(Map<String, Path> named, List<Path> folders) {
        return new FileRegistry(
                named, folders, entry -> isWeights(entry) || Files.isRegularFile(entry.resolve("config.json")));
    }

    /** Returns the name of {@code entry}: its file name without {@code .safetensors}. */
    public static String name(Path entry) {
        return String.valueOf(entry.toAbsolutePath().normalize().getFileName()).replaceFirst("\\.safetensors$", "");
    }

    /** Lists the folders again, and returns all entries sorted by name. */
    public SequencedMap<String, Path> all() {
        known = list();
        return known;
    }

    /**
     * Returns the entry of this name, to which programs may have added the extension of the file and a hash in
     * brackets. The folders are listed again if the name is not known.
     */
    public Optional<Path> find(String name) {
        return of(name, known).or(() -> of(name, all()));
    }

    private static Optional<Path> of(String name, Map<String, Path> entries) {
        return Optional.ofNullable(entries.get(name)).or(() -> Optional.ofNullable(entries.get(bare(name))));
    }

    /** Removes the hash and the extension from a name such as {@code sd15.safetensors [6ce0161689]}. */
    static String bare(String name) {
        return name.length() > MAX_NAME_LENGTH ? name : ADDED.matcher(name).replaceFirst("");
    }

    private SequencedMap<String, Path> list() {
        SequencedMap<String, Path> found = new TreeMap<>();
        entries(matches).forEach(entry -> found.putIfAbsent(name(entry), entry));
        found.putAll(named);
        return found;
    }

    /** Returns the entries of all folders that are wanted, folder by folder, sorted within each. */
    private Stream<Path> entries(Predicate<Path> wanted) {
        return folders.stream().flatMap(folder -> {
            try (Stream<Path> entries = Files.list(folder)) {
                return entries.filter(wanted).sorted().toList().stream();
            } catch (IOException e) {
                throw new InvalidFileException(folder, "is not a folder that can be read", e);
            }
        });
    }

    /** Returns a warning about each file in the folders that is not offered, because it is a pickle. */
    public List<String> warnings() {
        Set<String> offered = known.keySet();
        return entries(PickleConversion::isNamedAsOne)
                .filter(file -> Files.isRegularFile(file) && !offered.contains(bare(name(file))))
                .map(file -> ("%s is not offered: it is a pickle, which could run code; make a safetensors file of it "
                                + "with hypersd convert %s --out %s.safetensors")
                        .formatted(file, file, file.resolveSibling(bare(name(file)))))
                .toList();
    }

    private static boolean isWeights(Path entry) {
        return entry.toString().endsWith(".safetensors") && Files.isRegularFile(entry);
    }
}

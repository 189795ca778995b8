package dev.hypersd.serve.registry;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files and folders of one kind, found by name. A name is never made into a path: what lies outside of the folders has none. Safe to share.
 */
public final class FileRegistry {
    private final Map<String, Path> named;
    private final List<Path> folders;
    private final Predicate<Path> fits;

    /** Replaced as a whole when the folders are looked through again. */
    private volatile SequencedMap<String, Path> known;

    /**
     * @param named what has its place outside of the folders
     * @param folders whose entries are found by their names, without {@code .safetensors}
     * @param fits whether an entry is of this kind
     * @throws InvalidFileException if a folder cannot be read
     */
    public FileRegistry(Map<String, Path> named, List<Path> folders, Predicate<Path> fits) {
        this.named = Map.copyOf(named);
        this.folders = List.copyOf(folders);
        this.fits = fits;
        this.known = look();
    }

    /** Folders in the diffusers layout. */
    public static FileRegistry models(List<Path> folders) {
        return new FileRegistry(Map.of(), folders, entry -> Files.isRegularFile(entry.resolve("model_index.json")));
    }

    /** LoRA files. */
    public static FileRegistry loras(Map<String, Path> named, List<Path> folders) {
        return new FileRegistry(named, folders, FileRegistry::isWeights);
    }

    /** ControlNets: files, and folders in the diffusers layout. */
    public static FileRegistry controls(Map<String, Path> named, List<Path> folders) {
        return new FileRegistry(
                named, folders, entry -> isWeights(entry) || Files.isRegularFile(entry.resolve("config.json")));
    }

    /** The name of {@code entry}: that of the file, without {@code .safetensors}. */
    public static String name(Path entry) {
        return String.valueOf(entry.toAbsolutePath().normalize().getFileName()).replaceFirst("\\.safetensors$", "");
    }

    /** All there is at this moment, sorted by name. */
    public SequencedMap<String, Path> all() {
        known = look();
        return known;
    }

    /** What has this name; the folders are looked through again for a new one. */
    public Optional<Path> find(String name) {
        return Optional.ofNullable(known.get(name)).or(() -> Optional.ofNullable(all().get(name)));
    }

    private SequencedMap<String, Path> look() {
        SequencedMap<String, Path> found = new TreeMap<>();
        for (Path folder : folders) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(fits).forEach(entry -> found.putIfAbsent(name(entry), entry));
            } catch (IOException e) {
                throw new InvalidFileException(folder, "is no folder that can be read", e);
            }
        }
        found.putAll(named);
        return found;
    }

    private static boolean isWeights(Path entry) {
        return entry.toString().endsWith(".safetensors") && Files.isRegularFile(entry);
    }
}

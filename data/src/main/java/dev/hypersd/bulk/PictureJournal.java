package dev.hypersd.bulk;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.LineFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The record of the pictures in a folder, {@value #NAME}, to which each picture is added when its file is complete.
 * Several processes that draw into one folder each write a file of their own, {@code metadata-part.jsonl}, which
 * {@link #merge} joins.
 */
public final class PictureJournal {
    /** The file that data sets of captioned pictures have. */
    public static final String NAME = "metadata.jsonl";

    private static final String PARTS = "metadata-";
    private static final String ENDING = ".jsonl";

    private final LineFile file;
    private final SortedMap<Long, PictureRecord> records = new TreeMap<>();

    private PictureJournal(Path file) {
        this.file = new LineFile(file);
    }

    /**
     * Opens the record of a folder with those of all processes that were interrupted.
     *
     * @throws InvalidFileException if the folder has metadata of other pictures
     */
    public static PictureJournal open(Path folder) {
        PictureJournal journal = new PictureJournal(folder.resolve(NAME));
        journal.read(journal.file.path());
        parts(folder).forEach(journal::read);
        return journal;
    }

    /**
     * Begins the record of one process among several.
     *
     * @param name a name that no other process has
     * @param known what is known of the pictures that it is to draw
     */
    public static PictureJournal part(Path folder, String name, List<PictureRecord> known) {
        PictureJournal journal = new PictureJournal(folder.resolve(PARTS + name + ENDING));
        known.forEach(each -> journal.records.put(each.number(), each));
        return journal;
    }

    private static List<Path> parts(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(PARTS)
                            && file.getFileName().toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be listed: " + e.getMessage(), e);
        }
    }

    private void read(Path path) {
        new LineFile(path)
                .lines().stream()
                        .map(line -> PictureRecord.parse(path, line))
                        .forEach(each -> records.put(each.number(), each));
    }

    /** Returns what is known of picture {@code number}. */
    public Optional<PictureRecord> find(long number) {
        return Optional.ofNullable(records.get(number));
    }

    /** Adds a picture whose file is complete. */
    void add(PictureRecord drawn) {
        records.put(drawn.number(), drawn);
        file.append(List.of(drawn.line()));
    }

    /** Rewrites the record in the order of the pictures, and removes those of other processes, which it includes. */
    public void merge() {
        List<Path> merged = parts(file.path().toAbsolutePath().resolveSibling(""));
        file.replace(records.values().stream().map(PictureRecord::line).toList());
        merged.forEach(PictureJournal::delete);
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new HyperSdException(path + " cannot be removed: " + e.getMessage(), e);
        }
    }
}

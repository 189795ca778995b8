package dev.hypersd.run;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FolderLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The folder of one run, which is read and never written. Links in it are not followed. */
public final class RunFolder {
    /** The file of the resolved recipe in the folder of a run. */
    public static final String RECIPE = "resolved.yaml";

    static final String LOG = "log.jsonl";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String SAMPLES = "samples";
    private static final int MOST_SAMPLES = 10_000;
    private static final int LARGEST_SHEET = 32 << 20;
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private final String name;
    private final Path folder;
    private final RecipeReader recipes;
    private final LogReader log;

    RunFolder(String name, Path folder, RecipeReader recipes) {
        this.name = name;
        this.folder = folder;
        this.recipes = recipes;
        this.log = new LogReader(folder.resolve(LOG));
    }

    /** Returns whether a folder is one of a run: it has a log, or a lock and checkpoints. */
    static boolean isRun(Path folder) {
        return isFile(folder.resolve(LOG))
                || (isFile(folder.resolve(FolderLock.NAME))
                        && Files.isDirectory(folder.resolve(CHECKPOINTS), LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean isFile(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns how far the run is. Only the end of the log is read. */
    public RunState state() {
        List<String> faults = new ArrayList<>();
        SortedMap<String, String> recipe = new TreeMap<>();
        try {
            recipe.putAll(recipe());
        } catch (HyperSdException e) {
            faults.add(e instanceof InvalidFileException file ? RECIPE + ": " + file.reason() : e.getMessage());
        }
        LogTail tail = isFile(folder.resolve(LOG)) ? LogTail.read(folder.resolve(LOG)) : LogTail.NONE;
        faults.addAll(tail.faults());
        boolean running = FolderLock.isHeld(folder);
        if (tail.unfinished() && !running) {
            faults.add(LOG + ": the last line has no end and is left out");
        }
        return new RunState(
                name,
                recipe.getOrDefault("objective", ""),
                tail.step(),
                number(recipe.getOrDefault("training.steps", "")),
                tail.losses(),
                moved(),
                running,
                faults);
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private Instant moved() {
        try {
            Path file = folder.resolve(isFile(folder.resolve(LOG)) ? LOG : CHECKPOINTS);
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // It has been removed just now.
        }
    }

    /**
     * Returns everything that is logged, thinned.
     *
     * @throws HyperSdException if the log cannot be read
     */
    public RunCurves curves() {
        return log.read();
    }

    /**
     * Returns the values of the run's resolved recipe by the paths of their keys; nothing if the run has none.
     *
     * @throws InvalidFileException if it is damaged
     */
    public SortedMap<String, String> recipe() {
        Path file = folder.resolve(RECIPE);
        return isFile(file) ? recipes.read(file) : new TreeMap<>();
    }

    /** Returns the sheets of samples, the earliest first; of more than 10,000 files, some. */
    public List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        Path below = folder.resolve(SAMPLES);
        if (!Files.isDirectory(below, LinkOption.NOFOLLOW_LINKS)) {
            return samples;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(below)) {
            for (Path file : files) {
                if (samples.size() == MOST_SAMPLES) {
                    break;
                }
                Sample.of(file.getFileName().toString())
                        .filter(_ -> isFile(file))
                        .ifPresent(samples::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new HyperSdException(below + " cannot be read: " + e.getMessage(), e);
        }
        samples.sort(Comparator.comparingLong(Sample::step).thenComparing(Sample::name));
        return samples;
    }

    /**
     * Returns the bytes of a sheet of samples; empty if there is none of this name, or if it is no PNG file of at most
     * 32 MiB.
     *
     * @param file the name of the file, of untrusted origin
     */
    public Optional<byte[]> sheet(String file) {
        Path samples = folder.resolve(SAMPLES);
        if (Sample.of(file).isEmpty()
                || !Files.isDirectory(samples, LinkOption.NOFOLLOW_LINKS)
                || !isFile(samples.resolve(file))) {
            return Optional.empty();
        }
        try (InputStream in =
                Files.newInputStream(samples.resolve(file), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(LARGEST_SHEET + 1);
            return bytes.length <= LARGEST_SHEET && Arrays.mismatch(PNG, bytes) == PNG.length
                    ? Optional.of(bytes)
                    : Optional.empty();
        } catch (IOException e) {
            throw new HyperSdException(samples.resolve(file) + " cannot be read: " + e.getMessage(), e);
        }
    }
}

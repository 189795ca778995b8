package dev.hypersd.bulk;

import dev.hypersd.bulk.BatchDrawing.Prepared;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Pictures in files of {@value #SIZE} each, {@code 00000} and so on, with their records. Until a section is complete
 * its pictures are files in a hidden folder, so that an interrupted run continues within it.
 */
public final class PictureShards implements PictureStore {
    /** The number of pictures in a file. */
    public static final int SIZE = 1000;

    private final Path folder;
    private final Format format;
    private final Map<Long, Packed> packed = new HashMap<>();
    private final SortedMap<Long, PictureRecord> kept = new TreeMap<>();
    private final List<Failure> failedBefore = new ArrayList<>();
    private final List<Failure> failed = new ArrayList<>();
    private Path shard = Path.of("");
    private Optional<PictureFolder> staging = Optional.empty();
    private boolean changed;

    /** A format of files that have several pictures, each with its record. */
    public interface Format {
        /** Returns the extension of the files' names. */
        String extension();

        /**
         * Reads a file that is whole.
         *
         * @throws InvalidFileException if it is not of this format
         */
        Contents read(Path file);

        /**
         * Writes a file.
         *
         * @throws IOException if that is not possible
         */
        void write(Path file, Contents contents) throws IOException;

        /** Returns whether files say which pictures cannot be drawn. */
        default boolean hasFailures() {
            return false;
        }
    }

    /**
     * The pictures of a file, in the order of their numbers.
     *
     * @param failures those that cannot be drawn, in a format that has them
     */
    public record Contents(List<Packed> pictures, List<Failure> failures) {}

    /**
     * A picture in a file.
     *
     * @param content reads its PNG
     */
    public record Packed(PictureRecord record, Supplier<byte[]> content) {}

    private PictureShards(Path folder, Format format) {
        this.folder = folder;
        this.format = format;
    }

    /** Opens a folder of files, which is created if it does not exist. */
    public static PictureShards open(Path folder, Format format) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
        return new PictureShards(folder, format);
    }

    @Override
    public void begin(long first, long end) {
        String name = "%05d".formatted(first / SIZE);
        shard = folder.resolve(name + "." + format.extension());
        packed.clear();
        kept.clear();
        failed.clear();
        failedBefore.clear();
        changed = false;
        if (Files.exists(shard)) {
            Contents contents = format.read(shard);
            contents.pictures().forEach(picture -> packed.put(picture.record().number(), picture));
            failedBefore.addAll(contents.failures());
        }
        staging = Optional.of(
                PictureFolder.open(new PictureFolder.Place(folder.resolve("." + name), Optional.empty()), SIZE));
    }

    @Override
    public State state(Prepared picture) {
        long number = picture.wanted().number();
        State staged = staging.orElseThrow().state(picture);
        if (staged == State.WHOLE) {
            keep(staging.orElseThrow().journal().find(number).orElseThrow());
            changed = true;
            return staged;
        }
        Packed known = packed.get(number);
        if (known == null) {
            return staged;
        }
        if (!known.record().fingerprint().equals(picture.fingerprint())) {
            return State.CHANGED;
        }
        if (!Fingerprint.ofContents(known.content().get()).equals(known.record().content())) {
            return State.DAMAGED;
        }
        keep(known.record());
        return State.WHOLE;
    }

    private void keep(PictureRecord picture) {
        kept.put(picture.number(), picture);
    }

    @Override
    public Path put(Drawn drawn) {
        Path file = staging.orElseThrow().put(drawn);
        keep(staging.orElseThrow().journal().find(drawn.number()).orElseThrow());
        changed = true;
        return file;
    }

    @Override
    public void failed(Failure failure) {
        if (format.hasFailures()) {
            failed.add(failure);
        }
    }

    @Override
    public void end() {
        failed.sort(Comparator.comparingLong(Failure::number));
        boolean isOther = changed || packed.size() != kept.size() || !failed.equals(failedBefore);
        if (isOther && !(kept.isEmpty() && failed.isEmpty())) {
            pack();
        }
        remove(staging.orElseThrow().folder());
    }

    private void pack() {
        List<Packed> pictures = kept.values().stream()
                .map(record -> new Packed(record, () -> content(record)))
                .toList();
        try (Draft draft = Draft.of(shard)) {
            format.write(draft.path(), new Contents(pictures, List.copyOf(failed)));
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(shard + " cannot be written: " + e.getMessage(), e);
        }
    }

    private byte[] content(PictureRecord picture) {
        Packed before = packed.get(picture.number());
        if (before != null && before.record().equals(picture)) {
            return before.content().get();
        }
        Path file = staging.orElseThrow().folder().resolve(picture.fileName());
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static void remove(Path staged) {
        try (Stream<Path> files = Files.walk(staged)) {
            List<Path> innermostFirst =
                    new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList());
            for (Path file : innermostFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new InvalidFileException(staged, "cannot be removed: " + e.getMessage(), e);
        }
    }

    @Override
    public void complete() {
        // Every section is complete when it ends.
    }
}

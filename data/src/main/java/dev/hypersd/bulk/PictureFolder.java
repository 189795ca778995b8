package dev.hypersd.bulk;

import dev.hypersd.bulk.BatchDrawing.Prepared;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.ImageFormat;
import dev.hypersd.request.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pictures as files of a folder, with their record.
 *
 * @param folder the folder
 * @param pattern the pattern of file names; absent for {@code 00000000.png} and so on
 * @param total how many pictures there are
 * @param journal their record
 */
public record PictureFolder(Path folder, Optional<OutputPattern> pattern, long total, PictureJournal journal)
        implements PictureStore {
    /** A folder, and the names of files in it. */
    public record Place(Path folder, Optional<OutputPattern> pattern) {
        /**
         * Reads what {@code --out} says: a folder, or a pattern of files that ends in the extension of a format of
         * pictures.
         *
         * @throws InvalidRequestException if the name of the folder has placeholders, or the extension is another
         */
        public static Place of(String out) {
            Path path = Path.of(out);
            String name = String.valueOf(path.getFileName());
            if (Files.isDirectory(path) || name.indexOf('.') < 1) {
                return new Place(path, Optional.empty());
            }
            ImageFormat.of(path);
            Path folder = path.toAbsolutePath().getParent();
            if (folder == null || folder.toString().contains("{")) {
                throw new InvalidRequestException(
                        "{seed} and {index} may stand in the names of files, not in that of their folder: " + out);
            }
            return new Place(folder, Optional.of(new OutputPattern(path.toString())));
        }
    }

    /** Opens a folder, which is created if it does not exist. */
    public static PictureFolder open(Place place, long total) {
        try {
            Files.createDirectories(place.folder());
        } catch (IOException e) {
            throw new HyperSdException(place.folder() + " cannot be made: " + e.getMessage(), e);
        }
        return new PictureFolder(place.folder(), place.pattern(), total, PictureJournal.open(place.folder()));
    }

    /**
     * Refuses pictures of which several would be written to one file.
     *
     * @throws InvalidRequestException if there are such; the message names the file
     */
    public void requireDistinct(List<Wanted> pictures) {
        if (pattern.isEmpty() || pattern.get().hasIndex(total)) {
            return;
        }
        Map<Path, Wanted> files = new HashMap<>();
        for (Wanted picture : pictures) {
            Wanted other = files.put(file(picture), picture);
            if (other != null) {
                throw new InvalidRequestException(
                        "the prompts %d and %d would both be drawn to %s: put {index} into --out"
                                .formatted(other.row(), picture.row(), file(picture)));
            }
        }
    }

    private Path file(Wanted picture) {
        long seed = picture.options().get(Option.SEED).orElseThrow();
        return pattern.map(names -> names.path(seed, picture.number() + 1, total))
                .orElseGet(() -> folder.resolve("%08d.png".formatted(picture.number())));
    }

    @Override
    public State state(Prepared picture) {
        Optional<PictureRecord> known = journal.find(picture.wanted().number());
        Path file = file(picture.wanted());
        if (known.isEmpty() || !known.get().fileName().equals(name(file)) || !Files.exists(file)) {
            return State.MISSING;
        }
        if (!known.get().fingerprint().equals(picture.fingerprint())) {
            return State.CHANGED;
        }
        return Fingerprint.ofContents(file).equals(known.get().content()) ? State.WHOLE : State.DAMAGED;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    @Override
    public Path put(Drawn drawn) {
        Path file = file(drawn.wanted());
        drawn.picture().save(file);
        journal.add(PictureRecord.of(drawn, name(file), Fingerprint.ofContents(file)));
        return file;
    }

    @Override
    public void complete() {
        journal.merge();
    }
}

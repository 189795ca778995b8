package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data set of the pictures in a folder and its sub-folders, in the order of their names. If the folder has {@code
 * metadata.jsonl}, that file names the pictures that belong to the data set and their captions. Otherwise every picture
 * belongs to it, and its caption is in the text file of the same name: {@code cats/7.txt} for {@code cats/7.jpg}. Files
 * and folders whose names begin with a dot are ignored.
 *
 * <p>A sample is broken if its picture cannot be read or is missing, or if its caption is missing or empty.
 */
public final class ImageFolder implements Dataset<CaptionedImage> {
    /** The file name extensions of pictures. */
    static final List<String> PICTURES = List.of("png", "jpg", "jpeg", "gif", "bmp", "webp");

    private final Path folder;
    private final List<Entry> entries;

    /**
     * One sample.
     *
     * @param name the path of the picture, relative to the folder
     * @param caption the caption from the metadata; if empty, it is in the text file of the same name
     */
    private record Entry(String name, Optional<String> caption) {}

    private ImageFolder(Path folder, List<Entry> entries) {
        this.folder = folder;
        this.entries = entries;
    }

    /**
     * Opens a folder and finds its samples. A picture is read only when its sample is.
     *
     * @throws InvalidFileException if there is no picture or no caption at all, or the metadata are malformed
     */
    public static ImageFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidFileException(folder, "is not a folder");
        }
        Path metadata = folder.resolve(MetadataLine.FILE);
        Stream<Entry> entries = Files.exists(metadata) ? described(metadata) : captioned(folder);
        return new ImageFolder(
                folder, entries.sorted(Comparator.comparing(Entry::name)).toList());
    }

    private static Stream<Entry> described(Path metadata) {
        List<MetadataLine> lines = MetadataLine.read(metadata);
        if (lines.isEmpty()) {
            throw new InvalidFileException(metadata, "names no pictures");
        }
        return lines.stream().map(line -> new Entry(line.fileName(), Optional.of(line.text())));
    }

    private static Stream<Entry> captioned(Path folder) {
        Set<String> names = names(folder);
        List<String> pictures =
                names.stream().filter(ImageFolder::isPicture).sorted().toList();
        if (pictures.isEmpty()) {
            throw new InvalidFileException(folder, "has no pictures (PNG, JPEG, WebP, GIF, BMP)");
        }
        if (pictures.stream().noneMatch(picture -> names.contains(captionOf(picture)))) {
            throw new InvalidFileException(
                    folder,
                    "has no captions; write them to metadata.jsonl, or to text files next to the pictures (%s for %s)"
                            .formatted(captionOf(pictures.getFirst()), pictures.getFirst()));
        }
        return pictures.stream().map(name -> new Entry(name, Optional.empty()));
    }

    private static Set<String> names(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .filter(ImageFolder::isVisible)
                    .map(file -> file.toString().replace(File.separatorChar, '/'))
                    .collect(Collectors.toSet());
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidFileException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isVisible(Path file) {
        for (Path part : file) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPicture(String name) {
        int dot = name.lastIndexOf('.');
        return dot >= 0 && PICTURES.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    private static String captionOf(String picture) {
        return picture.substring(0, picture.lastIndexOf('.')) + ".txt";
    }

    @Override
    public long size() {
        return entries.size();
    }

    @Override
    public CaptionedImage get(long index) {
        Entry entry = entries.get(Math.toIntExact(index));
        Path picture = folder.resolve(entry.name);
        try {
            String caption =
                    entry.caption.map(text -> Captions.present(picture, text)).orElseGet(() -> captionFile(picture));
            return new CaptionedImage(Image.read(picture), caption);
        } catch (InvalidFileException e) {
            throw new BrokenSampleException(e);
        }
    }

    private static String captionFile(Path picture) {
        Path file = picture.resolveSibling(captionOf(picture.getFileName().toString()));
        if (!Files.exists(file)) {
            throw new InvalidFileException(picture, "has no caption, %s is missing".formatted(file.getFileName()));
        }
        try {
            if (Files.size(file) > Captions.LARGEST) {
                throw new InvalidFileException(file, "is larger than any caption (1 MiB)");
            }
            return Captions.ofText(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }
}

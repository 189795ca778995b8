package dev.hypersd.data;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FilesBelow;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageWarnings;
import java.awt.Color;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data set of the pictures in a folder and its sub-folders, in the order of their names. If the folder has {@code
 * metadata.jsonl} or {@code metadata.csv}, that file names the pictures that belong to the data set and their captions.
 * Otherwise every picture belongs to it, and its caption is in the text file of the same name: {@code cats/7.txt} for
 * {@code cats/7.jpg}. Files and folders whose names begin with a dot are ignored.
 *
 * <p>A sample is broken if its picture cannot be read or is missing, or if its caption is missing or empty.
 */
public final class ImageFolder implements Dataset<CaptionedImage> {
    /** The file name extensions of pictures, also those that are not read, so that they are counted as broken. */
    static final List<String> PICTURES =
            List.of("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "heic", "heif", "avif", "jxl");

    /** The extensions of caption files, the preferred one first. */
    static final List<String> CAPTIONS = List.of("txt", "caption");

    private static final String MASK = "-" + Masks.FILE;

    private static final System.Logger LOG = System.getLogger("dev.hypersd.data");

    private final Path folder;
    private final List<Entry> entries;
    private final Color background;
    private final Masks masks;
    private final ImageWarnings warnings;

    /**
     * A sample.
     *
     * @param name the picture's path relative to the folder
     * @param captions its captions, if the metadata have them
     * @param captionFile the path of the text file beside it, relative to the folder, if there is one
     */
    private record Entry(String name, Optional<List<String>> captions, Optional<String> captionFile) {}

    private ImageFolder(Path folder, List<Entry> entries, Color background, Masks masks, ImageWarnings warnings) {
        this.folder = folder;
        this.entries = entries;
        this.background = background;
        this.masks = masks;
        this.warnings = warnings;
    }

    /**
     * Opens a folder as {@link #open(Path, Color, Masks, ImageWarnings)} does, with white behind transparent parts and
     * without masks.
     *
     * @throws InvalidFileException if there is no picture or no caption at all, or the metadata are malformed
     */
    public static ImageFolder open(Path folder) {
        return open(folder, Color.WHITE, Masks.NONE, (file, finding) -> LOG.log(WARNING, "{0} {1}", file, finding));
    }

    /**
     * Opens a folder and finds its samples. A picture is read only when its sample is.
     *
     * @param background the colour of transparent parts
     * @param masks where the masks are; a picture that has none counts as a whole
     * @param warnings told of what was converted or left out
     * @throws InvalidFileException if there is no picture or no caption at all, or the metadata are malformed
     */
    public static ImageFolder open(Path folder, Color background, Masks masks, ImageWarnings warnings) {
        if (!Files.isDirectory(folder)) {
            throw ParquetFile.is(folder)
                    ? ParquetFile.refused(folder)
                    : new InvalidFileException(folder, "is not a folder");
        }
        Path parquet = folder.resolve(ParquetFile.METADATA);
        if (Files.exists(parquet)) {
            throw ParquetFile.refused(parquet);
        }
        Path table = folder.resolve(MetadataLine.TABLE);
        Path metadata = Files.exists(table) ? table : folder.resolve(MetadataLine.FILE);
        if (Files.exists(table) && Files.exists(folder.resolve(MetadataLine.FILE))) {
            throw new InvalidFileException(
                    folder, "has both %s and %s; remove one".formatted(MetadataLine.FILE, MetadataLine.TABLE));
        }
        List<Entry> entries =
                Files.exists(metadata) ? described(metadata, warnings) : captioned(folder, masks, warnings);
        return new ImageFolder(
                folder,
                entries.stream().sorted(Comparator.comparing(Entry::name)).toList(),
                background,
                masks,
                warnings);
    }

    /** Returns the pictures that the metadata name, each with the captions of all lines that name it. */
    private static List<Entry> described(Path metadata, ImageWarnings warnings) {
        List<MetadataLine> lines = MetadataLine.read(metadata);
        if (lines.isEmpty()) {
            throw new InvalidFileException(metadata, "names no pictures");
        }
        Map<String, SequencedSet<String>> captions = new LinkedHashMap<>();
        for (MetadataLine line : lines) {
            if (!captions.computeIfAbsent(line.fileName(), _ -> new LinkedHashSet<>())
                    .addAll(line.captions())) {
                warnings.warn(
                        metadata.resolveSibling(line.fileName()),
                        "stands in %s again with the same caption, which counts once"
                                .formatted(metadata.getFileName()));
            }
        }
        return captions.entrySet().stream()
                .map(picture ->
                        new Entry(picture.getKey(), Optional.of(List.copyOf(picture.getValue())), Optional.empty()))
                .toList();
    }

    private static List<Entry> captioned(Path folder, Masks masks, ImageWarnings warnings) {
        Set<String> names = names(folder);
        List<String> unused = masks == Masks.FILES
                ? List.of()
                : names.stream().filter(ImageFolder::isMask).sorted().toList();
        unused.forEach(mask -> warnings.warn(folder.resolve(mask), Masks.UNUSED));
        List<String> pictures = names.stream()
                .filter(name -> isPicture(name) && !isMask(name))
                .sorted()
                .toList();
        if (pictures.isEmpty()) {
            throw names.stream()
                    .map(folder::resolve)
                    .filter(ParquetFile::is)
                    .min(Comparator.naturalOrder())
                    .map(ParquetFile::refused)
                    .orElseGet(() ->
                            new InvalidFileException(folder, "has no pictures (PNG, JPEG, WebP, GIF, BMP, TIFF)"));
        }
        List<Entry> entries = pictures.stream()
                .map(picture -> new Entry(picture, Optional.empty(), captionOf(picture, names)))
                .toList();
        if (entries.stream().allMatch(entry -> entry.captionFile.isEmpty())) {
            throw new InvalidFileException(
                    folder,
                    "has no captions; write them to metadata.jsonl, or to text files next to the pictures (%s for %s)"
                            .formatted(captionOf(pictures.getFirst()), pictures.getFirst()));
        }
        return entries;
    }

    private static Set<String> names(Path folder) {
        try {
            return FilesBelow.of(folder).stream()
                    .map(folder::relativize)
                    .filter(ImageFolder::isVisible)
                    .map(file -> file.toString().replace(File.separatorChar, '/'))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
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

    private static boolean isMask(String name) {
        return name.endsWith(MASK);
    }

    private static String captionOf(String picture) {
        return picture.substring(0, picture.lastIndexOf('.') + 1) + CAPTIONS.getFirst();
    }

    /** Returns the text file beside a picture, whose extension may be in capitals. */
    private static Optional<String> captionOf(String picture, Set<String> names) {
        String stem = picture.substring(0, picture.lastIndexOf('.') + 1);
        return CAPTIONS.stream()
                .flatMap(extension -> Stream.of(extension, extension.toUpperCase(Locale.ROOT)))
                .map(extension -> stem + extension)
                .filter(names::contains)
                .findFirst();
    }

    @Override
    public long size() {
        return entries.size();
    }

    /** Returns the path of a picture below the folder. */
    public String name(long index) {
        return entries.get(Math.toIntExact(index)).name;
    }

    @Override
    public CaptionedImage get(long index) {
        Entry entry = entries.get(Math.toIntExact(index));
        Path picture = folder.resolve(entry.name);
        try {
            List<String> captions = captions(picture, entry);
            Image image = Image.read(picture, background, warnings);
            return new CaptionedImage(image, mask(picture, image), captions);
        } catch (InvalidFileException e) {
            throw new BrokenSampleException(e);
        }
    }

    @Override
    public Optional<Origin> origin(long index) {
        Entry entry = entries.get(Math.toIntExact(index));
        Path picture = folder.resolve(entry.name);
        return Optional.of(
                new Origin(stamp(picture, entry), () -> contents(picture, entry)).after(masks.view(background)));
    }

    private Optional<Image> mask(Path picture, Image image) {
        return switch (masks) {
            case NONE -> Optional.empty();
            case ALPHA -> Image.readAlpha(picture);
            case FILES -> maskFile(picture).map(file -> Masks.fitting(file, Image.read(file), image));
        };
    }

    /** Returns the file of the mask of a picture, if masks are in files and there is one. */
    private Optional<Path> maskFile(Path picture) {
        String name = picture.getFileName().toString();
        Path file = picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + MASK);
        return masks == Masks.FILES && Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private Optional<String> stamp(Path picture, Entry entry) {
        Optional<String> caption = entry.captions
                .map(Object::toString)
                .or(() -> entry.captionFile.map(folder::resolve).flatMap(Origin::stamp));
        Optional<String> mask = maskFile(picture).map(Origin::stamp).orElse(Optional.of("no mask"));
        return Origin.stamp(picture)
                .flatMap(file -> mask.flatMap(other -> caption.map(text -> file + "; " + other + "; " + text)));
    }

    private Origin.Contents contents(Path picture, Entry entry) {
        try {
            String mask = maskFile(picture)
                    .map(file -> "; masked by " + Fingerprint.ofContents(file))
                    .orElse("");
            return new Origin.Contents(Fingerprint.ofContents(picture) + mask, captions(picture, entry));
        } catch (InvalidFileException e) {
            throw new BrokenSampleException(e);
        }
    }

    private List<String> captions(Path picture, Entry entry) {
        return entry.captions.map(said -> Captions.present(picture, said)).orElseGet(() -> beside(picture, entry));
    }

    private List<String> beside(Path picture, Entry entry) {
        Path file = entry.captionFile
                .map(folder::resolve)
                .orElseThrow(() -> new InvalidFileException(
                        picture,
                        "has no caption, %s is missing"
                                .formatted(Path.of(captionOf(entry.name)).getFileName())));
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

package dev.hypersd.data;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageWarnings;
import java.awt.Color;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A data set of captioned pictures in tar files, in the format of the WebDataset library: the members of a sample share
 * the name up to its first dot, {@code 0007.jpg} and {@code 0007.txt}. The caption is in {@code .txt}, or in {@code
 * .json} under {@code caption} or {@code text}. The order is that of the files and of their members. Members whose
 * names begin with a dot are ignored.
 *
 * <p>The headers of all files are read once; then every sample is found without reading those before it.
 *
 * <p>Broken are samples whose picture or caption is missing, cannot be read or is too large (64 and 1 MiB), and those
 * whose caption is empty.
 */
public final class WebDataset implements Dataset<CaptionedImage> {
    private static final int LARGEST_PICTURE = 64 << 20;
    private static final String JSON = "json";
    private static final String NO_PICTURE = "has no picture (.jpg or .png)";
    private static final String NO_CAPTION = "has no caption (.txt or .json)";
    private static final System.Logger LOG = System.getLogger("dev.hypersd.data");

    private final List<Sample> samples;
    private final Color background;
    private final Masks masks;
    private final ImageWarnings warnings;

    /**
     * The members of one sample.
     *
     * @param name the tar file and the common name of the members, for messages
     */
    private record Sample(
            Path name, Optional<TarMember> picture, Optional<TarMember> caption, Optional<TarMember> mask) {
        /**
         * Selects the picture and the caption of a sample.
         *
         * @param members the members by extension
         */
        static Sample of(Path name, Map<String, TarMember> members) {
            return new Sample(
                    name,
                    ImageFolder.PICTURES.stream()
                            .flatMap(kind -> Stream.ofNullable(members.get(kind)))
                            .findFirst(),
                    Stream.concat(ImageFolder.CAPTIONS.stream(), Stream.of(JSON))
                            .flatMap(kind -> Stream.ofNullable(members.get(kind)))
                            .findFirst(),
                    Optional.ofNullable(members.get(Masks.FILE)));
        }

        boolean isEmpty() {
            return picture.isEmpty() && caption.isEmpty();
        }

        boolean isWhole() {
            return picture.isPresent() && caption.isPresent();
        }
    }

    private WebDataset(List<Sample> samples, Color background, Masks masks, ImageWarnings warnings) {
        this.samples = samples;
        this.background = background;
        this.masks = masks;
        this.warnings = warnings;
    }

    /**
     * Opens the tar files and reads their headers.
     *
     * @param pattern a tar file, a folder of them, or several with ranges of numbers, {@code shard-{000..099}.tar}
     * @throws dev.hypersd.error.InvalidRequestException if a range is malformed
     * @throws InvalidFileException if a file is missing, cut off or no tar file, or none has a picture with a caption
     */
    public static WebDataset open(String pattern) {
        return open(pattern, Color.WHITE, Masks.NONE, (file, finding) -> LOG.log(WARNING, "{0} {1}", file, finding));
    }

    /**
     * Opens the tar files as {@link #open(String)} does.
     *
     * @param background the colour of transparent parts
     * @param masks where the masks are; a picture that has none counts as a whole
     * @param warnings told of what was converted
     */
    public static WebDataset open(String pattern, Color background, Masks masks, ImageWarnings warnings) {
        List<Sample> samples = ShardPattern.files(pattern).stream()
                .flatMap(WebDataset::samples)
                .filter(sample -> !sample.isEmpty())
                .toList();
        if (samples.stream().noneMatch(Sample::isWhole)) {
            throw new InvalidFileException(
                    Path.of(pattern), "has no picture with a caption (7.jpg or 7.png with 7.txt or 7.json)");
        }
        if (masks != Masks.FILES) {
            samples.stream()
                    .flatMap(sample -> sample.mask.stream())
                    .forEach(mask -> warnings.warn(mask.path(), Masks.UNUSED));
        }
        return new WebDataset(samples, background, masks, warnings);
    }

    private static Stream<Sample> samples(Path shard) {
        SequencedMap<String, Map<String, TarMember>> groups = new LinkedHashMap<>();
        for (TarMember member : TarMember.in(shard)) {
            String name = member.name();
            int begin = name.lastIndexOf('/') + 1;
            int dot = name.indexOf('.', begin);
            if (dot > begin) {
                groups.computeIfAbsent(name.substring(0, dot), key -> new HashMap<>())
                        .put(name.substring(dot + 1).toLowerCase(Locale.ROOT), member);
            }
        }
        return groups.entrySet().stream()
                .map(group -> Sample.of(TarMember.path(shard, group.getKey()), group.getValue()));
    }

    @Override
    public long size() {
        return samples.size();
    }

    @Override
    public CaptionedImage get(long index) {
        Sample sample = samples.get(Math.toIntExact(index));
        try {
            TarMember picture = required(sample.picture, sample.name, NO_PICTURE);
            TarMember caption = required(sample.caption, sample.name, NO_CAPTION);
            List<String> words = read(caption);
            byte[] encoded = picture.read(LARGEST_PICTURE);
            Image image = Image.decode(picture.path(), encoded, background, warnings);
            return new CaptionedImage(image, mask(sample, image, encoded), words);
        } catch (InvalidFileException e) {
            throw new BrokenSampleException(e);
        }
    }

    private Optional<Image> mask(Sample sample, Image image, byte[] encoded) {
        return switch (masks) {
            case NONE -> Optional.empty();
            case ALPHA -> Image.decodeAlpha(sample.name, encoded);
            case FILES ->
                sample.mask.map(member ->
                        Masks.fitting(member.path(), Image.decode(member.path(), member.read(LARGEST_PICTURE)), image));
        };
    }

    @Override
    public Optional<Origin> origin(long index) {
        Sample sample = samples.get(Math.toIntExact(index));
        Optional<String> stamp = sample.picture.flatMap(picture -> Origin.stamp(picture.archive())
                .map(archive -> "%s; %s at %d".formatted(archive, picture.name(), picture.offset())));
        String mask = masks == Masks.FILES ? "; " + sample.mask.map(TarMember::offset) : "";
        return Optional.of(
                new Origin(stamp.map(text -> text + mask), () -> contents(sample)).after(masks.view(background)));
    }

    private Origin.Contents contents(Sample sample) {
        try {
            TarMember picture = required(sample.picture, sample.name, NO_PICTURE);
            TarMember caption = required(sample.caption, sample.name, NO_CAPTION);
            String mask = sample.mask
                    .filter(_ -> masks == Masks.FILES)
                    .map(member -> "; masked by " + Fingerprint.ofContents(member.read(LARGEST_PICTURE)))
                    .orElse("");
            return new Origin.Contents(Fingerprint.ofContents(picture.read(LARGEST_PICTURE)) + mask, read(caption));
        } catch (InvalidFileException e) {
            throw new BrokenSampleException(e);
        }
    }

    private static TarMember required(Optional<TarMember> member, Path sample, String otherwise) {
        return member.orElseThrow(() -> new InvalidFileException(sample, otherwise));
    }

    private static List<String> read(TarMember caption) {
        byte[] bytes = caption.read(Captions.LARGEST);
        return caption.name().toLowerCase(Locale.ROOT).endsWith(JSON)
                ? Captions.ofJson(caption.path(), bytes)
                : Captions.ofText(caption.path(), bytes);
    }
}

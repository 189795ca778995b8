package dev.hypersd.recipe;

import dev.hypersd.data.Buckets;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import dev.hypersd.section.Section;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The section {@code data} of a recipe, which selects the training pictures. */
sealed interface DataSection permits DataSection.DrawnPictures, OwnPictures {
    String SCENES = "scenes";
    String SOURCES = "sources";
    String BUCKETS = "buckets";
    String BUCKET_STEP = "bucket_step";

    /** Below this size of pictures, the sides of buckets are multiples of 8. */
    int SMALL = 256;

    /** The keys that say how much of a picture counts in the loss. */
    List<String> WEIGHTS = List.of(DataSource.Manner.MASKS, DataSource.REGULARISATION);

    /** The keys that matter only where latents are learned. */
    List<String> OF_LATENTS =
            List.of(DataSource.Manner.FLIP, BUCKETS, DataSource.Manner.MASKS, DataSource.REGULARISATION);

    /** The keys that name pictures of the user. */
    List<String> OWN =
            Stream.concat(DataSource.KINDS.stream(), Stream.of(SOURCES)).toList();

    /**
     * The pictures of a training.
     *
     * @param training the training pictures
     * @param heldOut pictures for validation
     */
    record Parts(Dataset<CaptionedImage> training, Dataset<CaptionedImage> heldOut) {}

    static DataSection read(Section root) {
        Section data = root.section("data");
        DataSection section = read(data, kind(data));
        data.refuseUnread();
        return section;
    }

    /**
     * Refuses keys that have no effect on what is trained, in the section and in its sources.
     *
     * @param reason what follows the name of the key in the message
     */
    static void refuse(Section root, List<String> keys, String reason) {
        Section data = root.section("data");
        Stream.concat(Stream.of(data), data.sections(SOURCES).stream())
                .forEach(section -> keys.stream().filter(section::has).forEach(key -> {
                    throw section.invalid(key, reason);
                }));
    }

    private static DataSection read(Section data, String kind) {
        int pixels = data.count("size", 128, 32);
        if (kind.equals(SCENES)) {
            return new DrawnPictures(
                    data.count(SCENES, 100_000, 1),
                    pixels,
                    data.has("style") ? Optional.of(data.one("style", Style.FLAT)) : Optional.empty());
        }
        if (pixels % 8 != 0) {
            throw data.invalid("size", "is %d, it must be a multiple of 8".formatted(pixels));
        }
        DataSource.Manner manner = DataSource.Manner.read(data, DataSource.Manner.USUAL);
        List<DataSource> sources = kind.equals(SOURCES)
                ? sources(data, manner)
                : List.of(new DataSource(DataSource.Files.read(data, kind), 1, manner, OptionalDouble.empty()));
        return new OwnPictures(sources, pixels, buckets(data, pixels), heldOut(data));
    }

    /** Reads the keys {@code buckets} and {@code bucket_step}. */
    private static Buckets buckets(Section data, int pixels) {
        if (!data.flag(BUCKETS, false)) {
            if (data.has(BUCKET_STEP)) {
                throw data.invalid(
                        BUCKET_STEP, "has no effect without data.buckets; set that to true, or leave it out");
            }
            return Buckets.square(pixels);
        }
        int step = data.count(BUCKET_STEP, pixels < SMALL ? 8 : 64, 8);
        if (step % 8 != 0 || step > pixels / 2) {
            throw data.invalid(
                    BUCKET_STEP, "is %d; it must be a multiple of 8, and at most half of data.size".formatted(step));
        }
        return Buckets.of(pixels, step);
    }

    private static List<DataSource> sources(Section data, DataSource.Manner manner) {
        List<DataSource> sources = data.sections(SOURCES).stream()
                .map(section -> DataSource.read(section, manner))
                .toList();
        if (sources.isEmpty()) {
            throw data.invalid(SOURCES, "is empty; name at least one folder or webdataset");
        }
        if (sources.stream().allMatch(source -> source.regularisation().isPresent())) {
            throw data.invalid(SOURCES, "has pictures for regularisation only; add those that are to be learned");
        }
        return sources;
    }

    /** Returns the key that names the source of the pictures. */
    private static String kind(Section data) {
        List<String> kinds =
                Stream.concat(Stream.of(SCENES), OWN.stream()).filter(data::has).toList();
        if (kinds.size() > 1) {
            throw data.invalid(
                    kinds.get(1),
                    "is given in addition to data.%s; give one of scenes, folder, webdataset and sources"
                            .formatted(kinds.getFirst()));
        }
        return kinds.isEmpty() ? SCENES : kinds.getFirst();
    }

    private static OptionalInt heldOut(Section data) {
        return data.has("held_out") ? OptionalInt.of(data.count("held_out", 1, 1)) : OptionalInt.empty();
    }

    /** Returns whether some of the pictures may have masks. */
    boolean hasMasks();

    /** Returns width and height of the pictures. */
    int pixels();

    /**
     * Finds the pictures; each is read when it is needed.
     *
     * @throws dev.hypersd.error.HyperSdException if they are missing or too few
     */
    Parts open();

    /** Returns the scenes of the training pictures, in the same order, if known. */
    Optional<Dataset<Sample>> scenes();

    /**
     * The key {@code data.scenes}: pictures that are drawn when they are needed. Validation pictures are of the
     * validation split.
     *
     * @param count the number of pictures of the training split
     * @param style the style of all pictures, or empty for random ones
     */
    record DrawnPictures(int count, int pixels, Optional<Style> style) implements DataSection {
        private static final int HELD_OUT = 2048;

        @Override
        public boolean hasMasks() {
            return false;
        }

        @Override
        public Parts open() {
            return new Parts(scenes(Split.TRAIN, count), scenes(Split.VALIDATION, HELD_OUT));
        }

        @Override
        public Optional<Dataset<Sample>> scenes() {
            return Optional.of(all(Split.TRAIN, count));
        }

        private Dataset<CaptionedImage> scenes(Split split, int howMany) {
            return all(split, howMany).map("captioned", Sample::captioned);
        }

        private Dataset<Sample> all(Split split, int howMany) {
            return new Scenes(split, howMany, pixels, style, 0);
        }
    }
}

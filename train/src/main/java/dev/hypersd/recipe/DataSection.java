package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.DatasetFindings;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.SkippingDataset;
import dev.hypersd.data.TriggerWord;
import dev.hypersd.data.WebDataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Colours;
import dev.hypersd.image.ImageWarnings;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import dev.hypersd.section.Section;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/** The section {@code data} of a recipe, which selects the training pictures. */
sealed interface DataSection {
    String SCENES = "scenes";
    String FOLDER = "folder";
    String WEBDATASET = "webdataset";
    String BACKGROUND = "background";
    String TRIGGER = "trigger";

    /**
     * Pictures of one size.
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

    private static DataSection read(Section data, String kind) {
        int pixels = data.count("size", 128, 32);
        return switch (kind) {
            case FOLDER -> {
                Path folder = data.path(FOLDER);
                Color background = background(data);
                yield new OwnPictures(
                        findings -> ImageFolder.open(folder, background, findings),
                        pixels,
                        heldOut(data),
                        trigger(data));
            }
            case WEBDATASET -> {
                String pattern = data.text(WEBDATASET);
                Color background = background(data);
                yield new OwnPictures(
                        findings -> WebDataset.open(pattern, background, findings),
                        pixels,
                        heldOut(data),
                        trigger(data));
            }
            default ->
                new DrawnPictures(
                        data.count(SCENES, 100_000, 1),
                        pixels,
                        data.has("style") ? Optional.of(data.one("style", Style.FLAT)) : Optional.empty());
        };
    }

    /** Returns the key that names the source of the pictures. */
    private static String kind(Section data) {
        List<String> kinds =
                Stream.of(SCENES, FOLDER, WEBDATASET).filter(data::has).toList();
        if (kinds.size() > 1) {
            throw data.invalid(
                    kinds.get(1),
                    "is given in addition to data.%s; give one of scenes, folder and webdataset"
                            .formatted(kinds.getFirst()));
        }
        return kinds.isEmpty() ? SCENES : kinds.getFirst();
    }

    private static Color background(Section data) {
        String text = data.has(BACKGROUND) ? data.text(BACKGROUND) : "white";
        try {
            return Colours.parse(text);
        } catch (InvalidRequestException e) {
            throw data.invalid(BACKGROUND, "must be white, black, grey or #rrggbb, not \"%s\"".formatted(text));
        }
    }

    private static Optional<String> trigger(Section data) {
        if (!data.has(TRIGGER)) {
            return Optional.empty();
        }
        String word = data.text(TRIGGER).strip();
        if (word.isEmpty()) {
            throw data.invalid(TRIGGER, "is empty; name a word with which each caption begins, or leave it out");
        }
        return Optional.of(word);
    }

    private static OptionalInt heldOut(Section data) {
        return data.has("held_out") ? OptionalInt.of(data.count("held_out", 1, 1)) : OptionalInt.empty();
    }

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

    /**
     * The keys {@code data.folder} and {@code data.webdataset}: pictures of the user, cropped to squares. Broken ones
     * are replaced, training pictures by training pictures and validation pictures by validation pictures.
     *
     * @param source opens the data set; what is wrong with its files is added to the findings
     * @param heldOut the number of pictures at its end that are used for validation; if empty, one percent
     * @param trigger a word with which each caption begins
     */
    record OwnPictures(
            Function<ImageWarnings, ? extends Dataset<CaptionedImage>> source,
            int pixels,
            OptionalInt heldOut,
            Optional<String> trigger)
            implements DataSection {
        private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");
        private static final int ONE_IN = 100;

        @Override
        public Parts open() {
            DatasetFindings findings = new DatasetFindings(sentence -> LOG.log(System.Logger.Level.WARNING, sentence));
            Dataset<CaptionedImage> all = source.apply(findings);
            long last = heldOut.orElse((int) Math.max(all.size() / ONE_IN, 1));
            long first = all.size() - last;
            if (first < 1) {
                throw new InvalidRequestException(
                        ("%d of %d pictures are held out, which leaves none to train on; lower data.held_out or"
                                        + " add pictures")
                                .formatted(last, all.size()));
            }
            return new Parts(
                    prepared(findings.watch(all.part(0, first))), prepared(findings.watch(all.part(first, last))));
        }

        @Override
        public Optional<Dataset<Sample>> scenes() {
            return Optional.empty();
        }

        private Dataset<CaptionedImage> prepared(Dataset<CaptionedImage> part) {
            Dataset<CaptionedImage> squares = new SkippingDataset<>(part)
                    .map(
                            "square of %d".formatted(pixels),
                            sample -> new CaptionedImage(CentreCrop.of(sample.image(), pixels), sample.caption()));
            return trigger.<Dataset<CaptionedImage>>map(word -> new TriggerWord(squares, word))
                    .orElse(squares);
        }
    }
}

package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.SkippingDataset;
import dev.hypersd.data.WebDataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import dev.hypersd.section.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The section {@code data} of a recipe: which pictures are learned from. */
sealed interface DataSection {
    String SCENES = "scenes";
    String FOLDER = "folder";
    String WEBDATASET = "webdataset";

    /**
     * CaptionedImage pictures of one size.
     *
     * @param training to be learned from
     * @param heldOut others, to see what was learned
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
                yield new OwnPictures(() -> ImageFolder.open(folder), pixels, heldOut(data));
            }
            case WEBDATASET -> {
                String pattern = data.text(WEBDATASET);
                yield new OwnPictures(() -> WebDataset.open(pattern), pixels, heldOut(data));
            }
            default ->
                new DrawnPictures(
                        data.count(SCENES, 100_000, 1),
                        pixels,
                        data.has("style") ? Optional.of(data.one("style", Style.FLAT)) : Optional.empty());
        };
    }

    /** Returns the one key that says where pictures come from. */
    private static String kind(Section data) {
        List<String> kinds =
                Stream.of(SCENES, FOLDER, WEBDATASET).filter(data::has).toList();
        if (kinds.size() > 1) {
            throw data.invalid(
                    kinds.get(1),
                    "stands beside data.%s; name one of scenes, folder and webdataset".formatted(kinds.getFirst()));
        }
        return kinds.isEmpty() ? SCENES : kinds.getFirst();
    }

    private static OptionalInt heldOut(Section data) {
        return data.has("held_out") ? OptionalInt.of(data.count("held_out", 1, 1)) : OptionalInt.empty();
    }

    /** Width and height of the pictures. */
    int pixels();

    /**
     * Finds the pictures; they are read when they are asked for.
     *
     * @throws dev.hypersd.error.HyperSdException if they are missing or too few
     */
    Parts open();

    /** What the training pictures show, in the same order, where that is known. */
    Optional<Dataset<Sample>> scenes();

    /**
     * {@code data.scenes}: pictures that are drawn when they are needed. Those held out are of the validation split.
     *
     * @param count pictures of the training split
     * @param style the only one, if there is to be only one
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
            return all(split, howMany).map(Sample::captioned);
        }

        private Dataset<Sample> all(Split split, int howMany) {
            return new Scenes(split, howMany, pixels, style, 0);
        }
    }

    /**
     * {@code data.folder} and {@code data.webdataset}: pictures of the user, cut to squares. Broken ones are replaced,
     * training pictures by training pictures and held-out ones by held-out ones.
     *
     * @param source opens the data set
     * @param heldOut how many at its end nothing learns from; absent for one in a hundred
     */
    record OwnPictures(Supplier<? extends Dataset<CaptionedImage>> source, int pixels, OptionalInt heldOut)
            implements DataSection {
        private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");
        private static final int ONE_IN = 100;

        @Override
        public Parts open() {
            Dataset<CaptionedImage> all = source.get();
            long last = heldOut.orElse((int) Math.max(all.size() / ONE_IN, 1));
            long first = all.size() - last;
            if (first < 1) {
                throw new InvalidRequestException(
                        ("%d of %d pictures are held out, which leaves none to learn from; lower data.held_out or"
                                        + " add pictures")
                                .formatted(last, all.size()));
            }
            return new Parts(prepared(all.part(0, first)), prepared(all.part(first, last)));
        }

        @Override
        public Optional<Dataset<Sample>> scenes() {
            return Optional.empty();
        }

        private Dataset<CaptionedImage> prepared(Dataset<CaptionedImage> part) {
            return new SkippingDataset<>(part, OwnPictures::warn)
                    .map(sample -> new CaptionedImage(CentreCrop.of(sample.image(), pixels), sample.caption()));
        }

        private static void warn(String reason, long soFar) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}; the next sample takes its place (broken so far: {1})",
                    reason,
                    soFar);
        }
    }
}

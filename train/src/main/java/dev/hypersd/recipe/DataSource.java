package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.Masks;
import dev.hypersd.data.WebDataset;
import dev.hypersd.data.Wording;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Colours;
import dev.hypersd.image.ImageWarnings;
import dev.hypersd.section.Section;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A folder or tar files with pictures of the user.
 *
 * @param repeats how many times each picture is learned in an epoch
 * @param manner how they are learned
 * @param regularisation the weight of their loss, if they only keep the model from forgetting what it knows (prior
 *     preservation; Ruiz et al., 2023)
 */
record DataSource(Files files, int repeats, Manner manner, OptionalDouble regularisation) {
    private static final String FOLDER = "folder";
    private static final String WEBDATASET = "webdataset";
    static final String REGULARISATION = "regularisation";

    /** The keys that name the files. */
    static final List<String> KINDS = List.of(FOLDER, WEBDATASET);

    /**
     * Reads a section of the list {@code data.sources}.
     *
     * @param manner how the pictures are learned where the section does not say it
     */
    static DataSource read(Section section, Manner manner) {
        List<String> kinds = KINDS.stream().filter(section::has).toList();
        if (kinds.size() != 1) {
            throw section.invalid(FOLDER, "or webdataset must name the pictures of this source, and only one of them");
        }
        OptionalDouble regularisation = section.has(REGULARISATION)
                ? OptionalDouble.of(section.number(REGULARISATION, 1, 0, 1e3))
                : OptionalDouble.empty();
        Manner absent = regularisation.isPresent() ? manner.withoutTrigger() : manner;
        DataSource source = new DataSource(
                Files.read(section, kinds.getFirst()),
                section.count("repeats", 1, 1),
                Manner.read(section, absent),
                regularisation);
        section.refuseUnread();
        return source;
    }

    /** Opens the data set, whose transparent parts get the colour of the manner. */
    Dataset<CaptionedImage> open(ImageWarnings findings) {
        return files.open(manner.background(), manner.masks(), findings);
    }

    /** Where the pictures are. */
    @FunctionalInterface
    interface Files {
        /**
         * Opens the data set.
         *
         * @param background the colour of transparent parts
         * @param masks where masks are
         * @param findings told of what is wrong with the files
         */
        Dataset<CaptionedImage> open(Color background, Masks masks, ImageWarnings findings);

        /** Reads the key {@code kind}. */
        static Files read(Section section, String kind) {
            if (kind.equals(FOLDER)) {
                Path folder = section.path(FOLDER);
                return (background, masks, findings) -> ImageFolder.open(folder, background, masks, findings);
            }
            String pattern = section.text(WEBDATASET);
            return (background, masks, findings) -> WebDataset.open(pattern, background, masks, findings);
        }
    }

    /**
     * How pictures are learned.
     *
     * @param background the colour of transparent parts
     * @param wording how captions are learned
     * @param flip whether mirror images are learned too
     * @param masks where masks are
     */
    record Manner(Color background, Wording wording, boolean flip, Masks masks) {
        static final String FLIP = "flip";
        static final String MASKS = "masks";

        private static final String BACKGROUND = "background";
        private static final String TRIGGER = "trigger";
        private static final String TAG_ORDERS = "tag_orders";
        private static final String KEPT_TAGS = "keep_tags";

        /** The keys that matter only where captions are learned. */
        static final List<String> OF_CAPTIONS = List.of(TRIGGER, TAG_ORDERS, KEPT_TAGS);

        static final Manner USUAL = new Manner(Color.WHITE, Wording.PLAIN, false, Masks.NONE);

        /**
         * Reads the keys of a section.
         *
         * @param absent where keys are absent
         */
        static Manner read(Section section, Manner absent) {
            return new Manner(
                    section.has(BACKGROUND) ? background(section) : absent.background,
                    wording(section, absent.wording),
                    section.flag(FLIP, absent.flip),
                    section.one(MASKS, absent.masks));
        }

        /** Returns the same without a trigger word, which pictures of other things must not have. */
        Manner withoutTrigger() {
            Wording other = new Wording(Optional.empty(), wording.tagOrders(), wording.keptTags());
            return new Manner(background, other, flip, masks);
        }

        private static Wording wording(Section section, Wording absent) {
            Wording wording = new Wording(
                    section.has(TRIGGER) ? Optional.of(trigger(section)) : absent.trigger(),
                    section.count(TAG_ORDERS, absent.tagOrders(), 1),
                    section.count(KEPT_TAGS, absent.keptTags(), 0));
            if (section.has(KEPT_TAGS) && wording.tagOrders() == 1) {
                throw section.invalid(
                        KEPT_TAGS,
                        "is %d, and the tags stay in one order anyway; set tag_orders to at least 2, or leave it out"
                                .formatted(wording.keptTags()));
            }
            return wording;
        }

        private static Color background(Section section) {
            String text = section.text(BACKGROUND);
            try {
                return Colours.parse(text);
            } catch (InvalidRequestException e) {
                throw section.invalid(BACKGROUND, "must be white, black, grey or #rrggbb, not \"%s\"".formatted(text));
            }
        }

        private static String trigger(Section section) {
            String word = section.text(TRIGGER).strip();
            if (word.isEmpty()) {
                throw section.invalid(TRIGGER, "is empty; name a word with which each caption begins, or leave it out");
            }
            return word;
        }
    }
}

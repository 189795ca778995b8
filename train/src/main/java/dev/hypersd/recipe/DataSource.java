package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolder;
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

/**
 * A folder or tar files with pictures of the user.
 *
 * @param repeats how many times each picture is learned in an epoch
 * @param manner how they are learned
 */
record DataSource(Files files, int repeats, Manner manner) {
    private static final String FOLDER = "folder";
    private static final String WEBDATASET = "webdataset";

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
        DataSource source = new DataSource(
                Files.read(section, kinds.getFirst()), section.count("repeats", 1, 1), Manner.read(section, manner));
        section.refuseUnread();
        return source;
    }

    /** Opens the data set, whose transparent parts get the colour of the manner. */
    Dataset<CaptionedImage> open(ImageWarnings findings) {
        return files.open(manner.background(), findings);
    }

    /** Where the pictures are. */
    @FunctionalInterface
    interface Files {
        /**
         * Opens the data set.
         *
         * @param background the colour of transparent parts
         * @param findings told of what is wrong with the files
         */
        Dataset<CaptionedImage> open(Color background, ImageWarnings findings);

        /** Reads the key {@code kind}. */
        static Files read(Section section, String kind) {
            if (kind.equals(FOLDER)) {
                Path folder = section.path(FOLDER);
                return (background, findings) -> ImageFolder.open(folder, background, findings);
            }
            String pattern = section.text(WEBDATASET);
            return (background, findings) -> WebDataset.open(pattern, background, findings);
        }
    }

    /**
     * How pictures are learned.
     *
     * @param background the colour of transparent parts
     * @param wording how captions are learned
     * @param flip whether mirror images are learned too
     */
    record Manner(Color background, Wording wording, boolean flip) {
        private static final String BACKGROUND = "background";
        private static final String TRIGGER = "trigger";

        private static final String TAG_ORDERS = "tag_orders";
        private static final String KEPT_TAGS = "keep_tags";
        private static final String FLIP = "flip";

        /** The keys that matter only where pictures are learned with their captions. */
        static final List<String> WITH_CAPTIONS = List.of(TRIGGER, TAG_ORDERS, KEPT_TAGS, FLIP);

        static final Manner USUAL = new Manner(Color.WHITE, Wording.PLAIN, false);

        /**
         * Reads the keys of a section.
         *
         * @param absent where keys are absent
         */
        static Manner read(Section section, Manner absent) {
            return new Manner(
                    section.has(BACKGROUND) ? background(section) : absent.background,
                    wording(section, absent.wording),
                    section.flag(FLIP, absent.flip));
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

package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.WebDataset;
import dev.hypersd.scene.content.Style;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The section {@code data} of a recipe: which pictures are learned from. */
sealed interface DataSection permits DrawnPictures, OwnPictures {
    String SCENES = "scenes";
    String FOLDER = "folder";
    String WEBDATASET = "webdataset";

    /**
     * Captioned pictures of one size.
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

    /** The one key that says where pictures come from. */
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
}

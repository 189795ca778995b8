package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import java.awt.Color;
import java.nio.file.Path;

/** Where the masks of pictures are, which say what of them counts in the loss: white counts, black does not. */
public enum Masks {
    /** There are none. */
    NONE,

    /** Beside the pictures: {@code 7-masklabel.png} for {@code 7.jpg}, in tar files {@code 7.masklabel.png}. */
    FILES,

    /** In the alpha channels of the pictures: what is transparent does not count. */
    ALPHA;

    /** The end of the names of mask files, after what separates it from the name of the picture. */
    static final String FILE = "masklabel.png";

    /** What is said of mask files that are not used. */
    static final String UNUSED = "is a mask, and masks are not used; set data.masks to files, or remove it";

    /** Returns how pictures are read, as a text. */
    String view(Color background) {
        String over = "over #%06x".formatted(background.getRGB() & 0xFFFFFF);
        return this == ALPHA ? over + ", masked by alpha" : over;
    }

    /**
     * Returns a mask of the size of its picture.
     *
     * @param file its origin, for messages
     * @throws InvalidFileException if it has another size
     */
    static Image fitting(Path file, Image mask, Image picture) {
        if (mask.width() != picture.width() || mask.height() != picture.height()) {
            throw new InvalidFileException(
                    file,
                    "is a mask of %dx%d pixels, and its picture has %dx%d"
                            .formatted(mask.width(), mask.height(), picture.width(), picture.height()));
        }
        return mask.grey();
    }
}

package dev.hypersd.request;

import dev.hypersd.image.Image;
import dev.hypersd.image.ImageWarnings;
import java.awt.Color;
import java.nio.file.Path;

/** The source of an input picture: a file, which is read when options are resolved, or a picture in memory. */
public sealed interface PictureSource {
    /**
     * Reads the picture.
     *
     * @param background the colour of transparent parts of a file; pictures in memory have none
     * @param warnings told of what was converted
     */
    Image read(Color background, ImageWarnings warnings);

    /** A picture file of any format that Java reads. */
    record File(Path path) implements PictureSource {
        @Override
        public Image read(Color background, ImageWarnings warnings) {
            return Image.read(path, background, warnings);
        }
    }

    /** A picture in memory. */
    record InMemory(Image image) implements PictureSource {
        @Override
        public Image read(Color background, ImageWarnings warnings) {
            return image;
        }
    }

    /** Creates a source for the file {@code path}. */
    static PictureSource of(Path path) {
        return new File(path);
    }

    /** Creates a source for {@code image}. */
    static PictureSource of(Image image) {
        return new InMemory(image);
    }
}

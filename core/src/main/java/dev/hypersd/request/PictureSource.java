package dev.hypersd.request;

import dev.hypersd.image.Image;
import java.nio.file.Path;

/** Where an input picture is: in a file, which is read when options are resolved, or in memory. */
public sealed interface PictureSource {
    /** Returns the picture. */
    Image read();

    /** A picture in a PNG, JPEG or other file that Java can read. */
    record File(Path path) implements PictureSource {
        @Override
        public Image read() {
            return Image.read(path);
        }
    }

    /** A picture in memory. */
    record InMemory(Image image) implements PictureSource {
        @Override
        public Image read() {
            return image;
        }
    }

    /** Returns the picture in the file {@code path}. */
    static PictureSource of(Path path) {
        return new File(path);
    }

    /** Returns the picture {@code image}. */
    static PictureSource of(Image image) {
        return new InMemory(image);
    }
}

package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageWarnings;
import java.awt.Color;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;

/**
 * The source of an input picture: a file or a data URL, which are read when options are resolved, or a picture in
 * memory.
 */
public sealed interface PictureSource {
    /**
     * Reads the picture.
     *
     * @param background the colour of transparent parts; pictures in memory have none
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

    /** A picture file within a text, {@code data:image/png;base64,...} (RFC 2397). A text not in Base64 is refused. */
    record DataUrl(String text) implements PictureSource {
        private static final String SCHEME = "data:";

        public DataUrl {
            encoded(text);
        }

        @Override
        public Image read(Color background, ImageWarnings warnings) {
            return Image.decode(Path.of("data-url"), encoded(text), background, warnings);
        }

        private static byte[] encoded(String text) {
            try {
                return Base64.getDecoder()
                        .decode(text.substring(text.indexOf(',') + 1).strip());
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException(
                        "the data URL \"%s\" of a picture is not in Base64".formatted(Format.shortened(text)));
            }
        }
    }

    /** A picture in memory. */
    record InMemory(Image image) implements PictureSource {
        @Override
        public Image read(Color background, ImageWarnings warnings) {
            return image;
        }
    }

    /**
     * Parses a data URL, or the name of a file relative to {@code folder}.
     *
     * @throws InvalidRequestException if the text is neither
     */
    static PictureSource named(String text, Path folder) {
        if (text.startsWith(DataUrl.SCHEME)) {
            return new DataUrl(text);
        }
        try {
            return of(folder.resolve(text));
        } catch (InvalidPathException e) {
            throw new InvalidRequestException(
                    "\"%s\" cannot be the name of a file: %s".formatted(Format.shortened(text), e.getReason()));
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

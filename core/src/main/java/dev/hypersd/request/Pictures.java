package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import java.awt.Color;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Converts input pictures to text and back: the name of a file, or a data URL. */
final class Pictures {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.request");
    private static final String DATA = "data:";

    private Pictures() {}

    /** Parses a data URL, which becomes a picture in memory, or the name of a file. */
    static PictureSource parse(String text) {
        return parse(text, Color.WHITE);
    }

    /**
     * Parses a data URL or the name of a file.
     *
     * @param background the colour of transparent parts of a data URL's picture
     */
    static PictureSource parse(String text, Color background) {
        if (text.startsWith(DATA)) {
            try {
                byte[] encoded = Base64.getDecoder().decode(text.substring(text.indexOf(',') + 1));
                return PictureSource.of(Image.decode(
                        Path.of("data-url"),
                        encoded,
                        background,
                        (name, finding) -> LOG.log(System.Logger.Level.WARNING, "{0} {1}", name, finding)));
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException("a picture is a data URL that is not in Base64");
            }
        }
        return PictureSource.of(path(text));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidRequestException(
                    "\"%s\" cannot be the name of a file: %s".formatted(Format.shortened(text), e.getReason()));
        }
    }

    /** Returns the text from which {@link #parse} reads the same picture. */
    static String text(PictureSource picture) {
        return switch (picture) {
            case PictureSource.File file -> file.path().toString();
            case PictureSource.InMemory memory ->
                "data:image/png;base64,"
                        + Base64.getEncoder().encodeToString(new Png().encode(memory.image(), Optional.empty()));
        };
    }

    /** Returns the name of the picture's file. */
    static String file(PictureSource picture) {
        return switch (picture) {
            case PictureSource.File file -> file.path().toString();
            case PictureSource.InMemory _ ->
                throw new InvalidRequestException(
                        "a picture in memory cannot be named on a command line: write it to a file first");
        };
    }
}

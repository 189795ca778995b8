package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Png;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Converts input pictures to text and back: the name of a file, or a data URL. */
final class Pictures {
    private Pictures() {}

    /** Parses a data URL, or the name of a file. */
    static PictureSource parse(String text) {
        return PictureSource.named(text, Path.of(""));
    }

    /** Returns the text from which {@link #parse} reads the same picture. */
    static String text(PictureSource picture) {
        return switch (picture) {
            case PictureSource.File file -> file.path().toString();
            case PictureSource.DataUrl url -> url.text();
            case PictureSource.InMemory memory ->
                "data:image/png;base64,"
                        + Base64.getEncoder().encodeToString(new Png().encode(memory.image(), Optional.empty()));
        };
    }

    /** Returns the argument of a command line that names the picture: its file, or its data URL. */
    static String argument(PictureSource picture) {
        return switch (picture) {
            case PictureSource.File file -> file.path().toString();
            case PictureSource.DataUrl url -> url.text();
            case PictureSource.InMemory _ ->
                throw new InvalidRequestException(
                        "a picture in memory cannot be named on a command line: write it to a file first");
        };
    }
}

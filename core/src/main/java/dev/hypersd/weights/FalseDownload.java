package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** What a download may have left in place of the weights that were meant. */
public final class FalseDownload {
    /** The number of bytes at the beginning of a file by which it is recognised. */
    public static final int START = 64;

    private FalseDownload() {}

    /**
     * Refuses pointers of Git LFS and web pages.
     *
     * @param start the first bytes of the file
     * @param format what the file should be, for the message: {@code "a safetensors file"}
     * @throws InvalidFileException if the file is one of them
     */
    public static void refuse(Path file, ByteBuffer start, String format) {
        String text = StandardCharsets.ISO_8859_1
                .decode(start.duplicate().position(0))
                .toString()
                .strip()
                .toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs")) {
            throw new InvalidFileException(
                    file,
                    "is a pointer of Git LFS and not the file itself; \"git lfs pull\" in its repository fetches that");
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
            throw new InvalidFileException(
                    file,
                    "is a web page and not " + format
                            + "; the download gave a page in its place, perhaps to sign in or to accept terms");
        }
    }
}

package dev.hypersd.file;

import dev.hypersd.error.InvalidFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Recognises files that a download left in place of the wanted one: pointers of Git LFS and web pages. */
public final class FalseDownload {
    /** The number of bytes at the beginning of a file by which it is recognised. */
    public static final int START = 64;

    /** The beginnings of what model sites answer in place of a file. */
    private static final List<String> REFUSALS =
            List.of("entry not found", "access to model", "invalid username or password", "unauthorized", "{\"error\"");

    private FalseDownload() {}

    /**
     * Refuses pointers of Git LFS, web pages, and the words by which model sites refuse a download.
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
        if (REFUSALS.stream().anyMatch(text::startsWith)) {
            throw new InvalidFileException(
                    file,
                    "is the answer of a site, \"%s\", and not %s; it may ask for a token, or the address is wrong"
                            .formatted(text.lines().findFirst().orElse(""), format));
        }
    }
}

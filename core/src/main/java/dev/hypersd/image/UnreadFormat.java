package dev.hypersd.image;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** The formats of pictures that are recognised by their first bytes but not read, so that messages can name them. */
final class UnreadFormat {
    private static final Set<String> HEIF = Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1");
    private static final Set<String> AVIF = Set.of("avif", "avis");

    /** The number of bytes that are looked at. */
    private static final int START = 256;

    private UnreadFormat() {}

    /** Returns the name of the format, with its article; empty if it is not known either. */
    static Optional<String> of(byte[] file) {
        String start = new String(file, 0, Math.min(file.length, START), StandardCharsets.ISO_8859_1);
        if (start.startsWith("ftyp", 4) && start.length() >= 12) {
            String brand = start.substring(8, 12);
            return Optional.of(
                    HEIF.contains(brand) ? "an HEIC picture" : AVIF.contains(brand) ? "an AVIF picture" : "a video");
        } else if (start.startsWith("\u00ff\n") || start.startsWith("JXL ", 4)) {
            return Optional.of("a JPEG XL picture");
        } else if (start.startsWith("\0\0\0\fjP  ")) {
            return Optional.of("a JPEG 2000 picture");
        } else if (start.contains("<svg")) {
            return Optional.of("an SVG drawing");
        } else if (start.startsWith("%PDF")) {
            return Optional.of("a PDF document");
        } else if (start.startsWith("8BPS")) {
            return Optional.of("a Photoshop document");
        }
        return Optional.empty();
    }
}

package dev.hypersd.image;

import java.nio.file.Path;

/** Masks as OpenAI's API and picture editors write them: transparent where a picture is to be redrawn. */
public final class Masks {
    private static final int HALF_TRANSPARENT = 128;

    private Masks() {}

    /**
     * Decodes a mask. The result is white where the picture is closer to transparent than to opaque, and black
     * elsewhere. A picture without transparency is returned as it is.
     *
     * @param file its origin, for messages
     * @throws dev.hypersd.error.InvalidFileException as {@link Image#decode(Path, byte[])} does
     */
    public static Image decode(Path file, byte[] encoded) {
        return Image.decodeAlpha(file, encoded).map(Masks::ofOpacity).orElseGet(() -> Image.decode(file, encoded));
    }

    /** Returns a mask that is white where {@code alpha}, from black (transparent) to white, is nearly transparent. */
    public static Image ofOpacity(Image alpha) {
        byte[] rgb = alpha.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((rgb[i] & 0xFF) < HALF_TRANSPARENT ? 0xFF : 0);
        }
        return new Image(alpha.width(), alpha.height(), rgb);
    }
}

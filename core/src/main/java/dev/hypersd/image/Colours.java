package dev.hypersd.image;

import dev.hypersd.error.InvalidRequestException;
import java.awt.Color;
import java.util.HexFormat;
import java.util.Map;

/** Colours as text: {@code #rrggbb} in hexadecimal digits, or a name. */
public final class Colours {
    private static final Map<String, Color> NAMED =
            Map.of("white", Color.WHITE, "black", Color.BLACK, "grey", new Color(0x808080));

    private static final int DIGITS = 6;

    private Colours() {}

    /**
     * Returns the colour that {@code text} names.
     *
     * @throws InvalidRequestException if it names none
     */
    public static Color parse(String text) {
        Color named = NAMED.get(text);
        if (named != null) {
            return named;
        }
        boolean digits = text.length() == DIGITS + 1
                && text.startsWith("#")
                && text.chars().skip(1).allMatch(HexFormat::isHexDigit);
        if (!digits) {
            throw new InvalidRequestException(
                    "\"%s\" is no colour: give white, black, grey, or #rrggbb in hexadecimal digits".formatted(text));
        }
        return new Color(HexFormat.fromHexDigits(text, 1, text.length()));
    }

    /** Returns the colour as {@code #rrggbb}. */
    public static String text(Color colour) {
        return "#%06x".formatted(colour.getRGB() & 0xFFFFFF);
    }
}

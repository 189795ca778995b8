package dev.hypersd.scene.drawing;

import dev.hypersd.scene.content.Colour;

/** The pigments of the objects' colours and materials. */
final class Palette {
    private static final Pigment WOOD = Pigment.of(0xB98252, 0x94623A, 0x6B4226, 0x40240F);
    private static final Pigment LEAF = Pigment.of(0x86CC5A, 0x4C9F45, 0x2C7440, 0x17472B);
    private static final Pigment GLASS = Pigment.of(0xE4F6FF, 0xB4DFF5, 0x83BEE0, 0x3F6C8F);
    private static final Pigment GLOW = Pigment.of(0xFFF6CC, 0xFFE291, 0xF4BE5C, 0x8A5A1E);
    private static final Pigment CREAM = Pigment.of(0xFFFBF0, 0xF8ECD2, 0xDDC6A0, 0x7D6444);
    private static final Pigment GOLD = Pigment.of(0xFFDF70, 0xF5B22E, 0xD08414, 0x7A4A08);
    private static final Pigment BLUSH = Pigment.of(0xFFB9BE, 0xF78F9A, 0xD96A7C, 0x8F3348);
    private static final Pigment DARK = Pigment.of(0x4A4358, 0x2E2939, 0x1F1B29, 0x17131F);
    private static final Pigment SHINE = Pigment.of(0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0xFFFFFF);

    private Palette() {}

    /** Returns the pigment of {@code tone} on an object of {@code colour}. */
    static Pigment of(Tone tone, Colour colour) {
        return switch (tone) {
            case BODY -> of(colour);
            case LIGHT -> of(colour).lighter();
            case SHADE -> of(colour).deeper();
            case WOOD -> WOOD;
            case LEAF -> LEAF;
            case GLASS -> GLASS;
            case GLOW -> GLOW;
            case CREAM -> CREAM;
            case GOLD -> GOLD;
            case BLUSH -> BLUSH;
            case DARK -> DARK;
            case SHINE -> SHINE;
        };
    }

    static Pigment of(Colour colour) {
        return switch (colour) {
            case RED -> Pigment.of(0xFF6F61, 0xE52F3A, 0xAF1740, 0x640B2E);
            case ORANGE -> Pigment.of(0xFFB65C, 0xFF8A1E, 0xDB5A10, 0x802F08);
            case YELLOW -> Pigment.of(0xFFF08C, 0xFFD42E, 0xEFA01A, 0x8A5508);
            case GREEN -> Pigment.of(0x86DE62, 0x35B44B, 0x14884F, 0x0A4A34);
            case BLUE -> Pigment.of(0x74B2FF, 0x2C6BEB, 0x2042B5, 0x13206B);
            case PURPLE -> Pigment.of(0xC48CF5, 0x8F41D3, 0x6022A4, 0x360F66);
            case PINK -> Pigment.of(0xFFBEDA, 0xFF7BB5, 0xE04C95, 0x86205C);
            case WHITE -> Pigment.of(0xFFFFFF, 0xF6F6FA, 0xC8CFE4, 0x5F6A8C);
        };
    }
}

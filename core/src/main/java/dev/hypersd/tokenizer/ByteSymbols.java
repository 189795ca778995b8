package dev.hypersd.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The characters that represent bytes in CLIP's vocabularies (Radford et al., 2019): a byte that is a visible character
 * of Latin-1 is represented by itself, the others, in their order, by U+0100 and up.
 */
public final class ByteSymbols {
    private static final String[] SYMBOLS = new String[256];
    private static final Map<Character, Integer> BYTES = new HashMap<>();

    static {
        char next = 0x100;
        for (int b = 0; b < SYMBOLS.length; b++) {
            char symbol = isVisible(b) ? (char) b : next++;
            SYMBOLS[b] = String.valueOf(symbol);
            BYTES.put(symbol, b);
        }
    }

    private ByteSymbols() {}

    private static boolean isVisible(int latin1) {
        boolean softHyphen = latin1 == 0xad;
        return (latin1 > ' ' && latin1 <= '~') || (latin1 > 0xa0 && !softHyphen);
    }

    /** Returns the symbol of {@code b}, 0 to 255. */
    public static String of(int b) {
        return SYMBOLS[b];
    }

    /** Returns the byte that {@code symbol} represents, 0 to 255; -1 if it represents none. */
    public static int byteOf(char symbol) {
        return BYTES.getOrDefault(symbol, -1);
    }

    /**
     * Returns all 256 symbols in the order of the published vocabularies: by code point, so that the visible ones come
     * first.
     */
    public static List<String> inOrderOfIds() {
        return Arrays.stream(SYMBOLS).sorted(Comparator.naturalOrder()).toList();
    }
}

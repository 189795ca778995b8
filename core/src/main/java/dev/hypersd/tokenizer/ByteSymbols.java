package dev.hypersd.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The characters that stand for bytes in vocabularies of CLIP's kind (Radford et al., 2019): a byte that is a visible
 * character of Latin-1 stands for itself, the others, in their order, are U+0100 and up.
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

    /** Returns the byte that {@code symbol} stands for, 0 to 255; -1 if it stands for none. */
    public static int byteOf(char symbol) {
        return BYTES.getOrDefault(symbol, -1);
    }

    /**
     * Returns all 256 as the published vocabularies number them: by code point, so that the visible ones come first.
     */
    public static List<String> inOrderOfIds() {
        return Arrays.stream(SYMBOLS).sorted(Comparator.naturalOrder()).toList();
    }
}

package dev.hypersd.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The characters that stand for bytes in vocabularies of CLIP's kind (Radford et al., 2019): a byte that is a visible character of
 * Latin-1 stands for itself, the others, in their order, are U+0100 and up.
 */
public final class ByteSymbols {
    private static final String[] SYMBOLS = new String[256];

    static {
        char next = 0x100;
        for (int b = 0; b < SYMBOLS.length; b++) {
            SYMBOLS[b] = String.valueOf(isVisible(b) ? (char) b : next++);
        }
    }

    private ByteSymbols() {}

    private static boolean isVisible(int latin1) {
        boolean softHyphen = latin1 == 0xad;
        return (latin1 > ' ' && latin1 <= '~') || (latin1 > 0xa0 && !softHyphen);
    }

    /** The symbol of {@code b}, 0 to 255. */
    public static String of(int b) {
        return SYMBOLS[b];
    }

    /** All 256 as the published vocabularies number them: by code point, so that the visible ones come first. */
    public static List<String> inOrderOfIds() {
        return Arrays.stream(SYMBOLS).sorted(Comparator.naturalOrder()).toList();
    }
}

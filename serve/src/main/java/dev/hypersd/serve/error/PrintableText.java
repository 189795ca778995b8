package dev.hypersd.serve.error;

/** Text of clients as it can be shown in one line, of a log or of a terminal too. */
public final class PrintableText {
    private PrintableText() {}

    /**
     * Returns {@code text} with a question mark in place of each character that would not be seen, or would change how
     * others are seen: control characters and line breaks, marks of direction, and halves of surrogate pairs.
     */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().map(c -> isPrintable(c) ? c : '?').forEach(printable::appendCodePoint);
        return printable.toString();
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}

package dev.hypersd.pickle;

import dev.hypersd.pickle.PickleValue.Plain;
import dev.hypersd.pickle.PickleValue.Text;
import dev.hypersd.pickle.PickleValue.Whole;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the texts and numbers that Python writes into pickles. */
final class Literals {
    static final PickleValue BYTES = new Plain("bytes");
    static final PickleValue BOOLEAN = new Plain("a boolean");

    /** The greatest length of a whole number, in bytes or digits. */
    static final int LONGEST_NUMBER = 255;

    private Literals() {}

    /** Returns a {@code str} of Python 2, which may hold any bytes: a text if they are UTF-8, else {@link #BYTES}. */
    static PickleValue text(byte[] bytes) {
        try {
            return new Text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return BYTES;
        }
    }

    /**
     * Returns a {@code str} of Python 2 that protocol 0 has written in quotation marks.
     *
     * @throws IllegalArgumentException if the quotation marks or an escape are not valid
     */
    static PickleValue quoted(String line) {
        String text = line.strip();
        char quote = text.isEmpty() ? 0 : text.charAt(0);
        if (text.length() < 2 || (quote != '\'' && quote != '"') || text.charAt(text.length() - 1) != quote) {
            throw new IllegalArgumentException("a text without quotation marks");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int end = text.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\\' && ++i < end) {
                char code = text.charAt(i);
                switch (code) {
                    case 'n' -> bytes.write('\n');
                    case 'r' -> bytes.write('\r');
                    case 't' -> bytes.write('\t');
                    case '\\', '\'', '"' -> bytes.write(code);
                    case 'x' -> {
                        bytes.write(hex(text, i + 1, Math.min(i + 3, end)));
                        i += 2;
                    }
                    default -> throw new IllegalArgumentException("a text with the unknown escape \\" + code);
                }
            } else {
                bytes.write(c);
            }
        }
        return text(bytes.toByteArray());
    }

    /**
     * Returns a text of protocol 0, in which a character outside of Latin-1 is a backslash, {@code u} and 4 digits, or
     * a backslash, {@code U} and 8 digits.
     *
     * @throws IllegalArgumentException if an escape is not finished
     */
    static Text escaped(String line) {
        StringBuilder text = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char next = i + 1 < line.length() ? line.charAt(i + 1) : 0;
            if (line.charAt(i) == '\\' && (next == 'u' || next == 'U')) {
                int digits = next == 'u' ? 4 : 8;
                int code = hex(line, i + 2, Math.min(i + 2 + digits, line.length()));
                if (!Character.isValidCodePoint(code) || i + 2 + digits > line.length()) {
                    throw new IllegalArgumentException("a text with an escape of no character");
                }
                text.appendCodePoint(code);
                i += 1 + digits;
            } else {
                text.append(line.charAt(i));
            }
        }
        return new Text(text.toString());
    }

    /**
     * Returns a whole number or, in protocol 0, a boolean ({@code 00} and {@code 01}).
     *
     * @throws IllegalArgumentException if it is neither, or longer than Python writes numbers
     */
    static PickleValue decimal(String line) {
        String digits = line.strip();
        if (digits.equals("00") || digits.equals("01")) {
            return BOOLEAN;
        }
        digits = digits.endsWith("L") ? digits.substring(0, digits.length() - 1) : digits;
        if (digits.length() > LONGEST_NUMBER) {
            throw new IllegalArgumentException("a number of " + digits.length() + " digits");
        }
        return new Whole(new BigInteger(digits));
    }

    /** Returns a whole number in two's complement, its least significant byte first. */
    static Whole number(byte[] bytes) {
        byte[] bigEndian = new byte[bytes.length + 1];
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[bytes.length - i] = bytes[i];
        }
        bigEndian[0] = (byte) (bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0);
        return new Whole(new BigInteger(bigEndian));
    }

    private static int hex(String text, int begin, int end) {
        return Integer.parseInt(text, begin, end, 16);
    }
}

package dev.hypersd.image;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The text chunks of a PNG: tEXt, zTXt and iTXt. */
final class PngText {
    /** More than any prompt; a small compressed chunk must not grow without bound. */
    private static final int LONGEST = 1 << 20;

    private PngText() {}

    /** The text with {@code keyword}, if the file is a PNG that has one. */
    static Optional<String> find(byte[] png, String keyword) {
        if (png.length < Png.SIGNATURE.length
                || !Arrays.equals(png, 0, Png.SIGNATURE.length, Png.SIGNATURE, 0, Png.SIGNATURE.length)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(png).position(Png.SIGNATURE.length);
        try {
            while (in.hasRemaining()) {
                int length = in.getInt();
                byte[] type = new byte[4];
                in.get(type);
                if (length < 0 || length > in.remaining()) {
                    return Optional.empty();
                }
                byte[] content = new byte[length];
                in.get(content).getInt();
                Optional<String> text = text(new String(type, StandardCharsets.US_ASCII), content, keyword);
                if (text.isPresent()) {
                    return text;
                }
            }
        } catch (BufferUnderflowException | DataFormatException e) {
            // Cut short or damaged: there is no text to read.
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<String> text(String type, byte[] content, String keyword) throws DataFormatException {
        byte[] wanted = (keyword + "\0").getBytes(StandardCharsets.ISO_8859_1);
        if (content.length < wanted.length || !Arrays.equals(content, 0, wanted.length, wanted, 0, wanted.length)) {
            return Optional.empty();
        }
        ByteBuffer rest = ByteBuffer.wrap(content).position(wanted.length);
        return switch (type) {
            case "tEXt" -> Optional.of(decode(rest, false, StandardCharsets.ISO_8859_1));
            case "zTXt" -> {
                rest.get(); // the only compression method there is
                yield Optional.of(decode(rest, true, StandardCharsets.ISO_8859_1));
            }
            case "iTXt" -> {
                boolean compressed = rest.get() != 0;
                rest.get();
                skipString(rest);
                skipString(rest);
                yield Optional.of(decode(rest, compressed, StandardCharsets.UTF_8));
            }
            default -> Optional.empty();
        };
    }

    private static String decode(ByteBuffer content, boolean compressed, Charset charset) throws DataFormatException {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return new String(compressed ? inflate(bytes) : bytes, charset);
    }

    private static byte[] inflate(byte[] compressed) throws DataFormatException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 13];
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(compressed);
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer);
                out.write(buffer, 0, count);
                if (out.size() > LONGEST || (count == 0 && !inflater.finished())) {
                    throw new DataFormatException("too long or cut short");
                }
            }
        }
        return out.toByteArray();
    }

    private static void skipString(ByteBuffer in) {
        while (in.get() != 0) {
            // Up to and including the terminator.
        }
    }
}

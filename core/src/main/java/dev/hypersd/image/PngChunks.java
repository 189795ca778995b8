package dev.hypersd.image;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The complete chunks of a PNG file (ISO/IEC 15948, section 5), from which its texts (tEXt, zTXt and iTXt) and its EXIF
 * data (eXIf) are read.
 *
 * @param chunks the chunks in the order of the file
 */
record PngChunks(List<Chunk> chunks) {
    /** The largest text that is decompressed, in bytes, since a small chunk can expand to any size. */
    private static final int LONGEST = 1 << 20;

    private static final Pattern PROFILE =
            Pattern.compile("\\s{0,9}\\w{1,20}\\s{1,9}\\d{1,9}\\s([0-9a-fA-F\\s]*)\\x00?");

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");

    /** A chunk, whose content is {@code length} bytes of the file from {@code start}. */
    record Chunk(String type, byte[] file, int start, int length) {
        byte[] content() {
            return Arrays.copyOfRange(file, start, start + length);
        }
    }

    /** Reads the chunks of {@code file}, up to where it is truncated or damaged; empty if it is not a PNG. */
    static Optional<PngChunks> of(byte[] file) {
        if (file.length < Png.SIGNATURE.length
                || !Arrays.equals(file, 0, Png.SIGNATURE.length, Png.SIGNATURE, 0, Png.SIGNATURE.length)) {
            return Optional.empty();
        }
        List<Chunk> chunks = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file);
        for (int at = Png.SIGNATURE.length; at + 12 <= file.length; ) {
            int length = in.getInt(at);
            if (length < 0 || length > file.length - at - 12) {
                break;
            }
            chunks.add(new Chunk(new String(file, at + 4, 4, StandardCharsets.US_ASCII), file, at + 8, length));
            at += 12 + length;
        }
        return Optional.of(new PngChunks(chunks));
    }

    /** Returns whether the file is complete. */
    boolean isComplete() {
        return chunks.stream().anyMatch(chunk -> chunk.type().equals("IEND"));
    }

    /** Returns whether the file is an APNG of more than one picture. */
    boolean isAnimation() {
        return chunks.stream()
                .filter(chunk -> chunk.type().equals("acTL") && chunk.length() >= Integer.BYTES)
                .anyMatch(chunk -> ByteBuffer.wrap(chunk.content()).getInt() != 1);
    }

    /** Returns the EXIF data, if there are some: in a chunk of their own or, in older files, in hexadecimal digits. */
    Optional<byte[]> exif() {
        return chunks.stream()
                .filter(chunk -> chunk.type().equals("eXIf"))
                .map(Chunk::content)
                .findFirst()
                .or(() -> profile("exif"))
                .or(() -> profile("APP1"));
    }

    /**
     * Returns what ImageMagick has written as a text: the name of the profile and its length, a line each, and then its
     * bytes in hexadecimal digits.
     */
    private Optional<byte[]> profile(String name) {
        Matcher profile = PROFILE.matcher(text("Raw profile type " + name).orElse(""));
        String digits =
                profile.matches() ? WHITE_SPACE.matcher(profile.group(1)).replaceAll("") : "";
        return digits.isEmpty() || digits.length() % 2 != 0
                ? Optional.empty()
                : Optional.of(HexFormat.of().parseHex(digits));
    }

    /** Returns the text with {@code keyword}, if it can be read. */
    Optional<String> text(String keyword) {
        byte[] name = (keyword + "\0").getBytes(StandardCharsets.ISO_8859_1);
        return chunks.stream().flatMap(chunk -> text(chunk, name).stream()).findFirst();
    }

    private static Optional<String> text(Chunk chunk, byte[] name) {
        if (chunk.length() < name.length
                || !Arrays.equals(chunk.file(), chunk.start(), chunk.start() + name.length, name, 0, name.length)) {
            return Optional.empty();
        }
        ByteBuffer rest = ByteBuffer.wrap(chunk.content()).position(name.length);
        try {
            return switch (chunk.type()) {
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
        } catch (BufferUnderflowException | DataFormatException e) {
            // Cut short or damaged: there is no text to read.
            return Optional.empty();
        }
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

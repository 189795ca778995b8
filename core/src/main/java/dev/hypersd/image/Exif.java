package dev.hypersd.image;

import dev.hypersd.error.InvalidRequestException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The EXIF data of a picture (CIPA DC-008), from which the orientation and the user comment with the parameters are
 * read. They are a TIFF structure: a first directory with the orientation, which points to a second one with the user
 * comment. A JPEG has them in an APP1 segment, a PNG and a WebP in a chunk.
 */
final class Exif {
    private static final int APP0 = 0xFFE0;
    private static final int APP1 = 0xFFE1;

    /** The first bytes of a JPEG segment with EXIF data. */
    static final byte[] NAME = {'E', 'x', 'i', 'f', 0, 0};

    private static final byte[] UNICODE = {'U', 'N', 'I', 'C', 'O', 'D', 'E', 0};
    private static final byte[] ASCII = {'A', 'S', 'C', 'I', 'I', 0, 0, 0};
    private static final byte[] JIS = {'J', 'I', 'S', 0, 0, 0, 0, 0};
    private static final byte[] UNDEFINED = new byte[8];
    private static final int MARKER = 8;

    private static final byte[] BIG_ENDIAN_MARK = {(byte) 0xFE, (byte) 0xFF};
    private static final byte[] LITTLE_ENDIAN_MARK = {(byte) 0xFF, (byte) 0xFE};

    private static final short ORIENTATION = 0x0112;
    private static final short EXIF_DIRECTORY = (short) 0x8769;
    private static final short USER_COMMENT = (short) 0x9286;

    /** Texts in the first directory. */
    static final short DESCRIPTION = 0x010E;

    static final short MAKE = 0x010F;
    static final short MODEL = 0x0110;
    static final short SOFTWARE = 0x0131;

    private static final short TYPE_BYTE = 1;
    private static final short TYPE_LONG = 4;
    private static final short TYPE_UNDEFINED = 7;

    /** The largest size in bytes of a value that is stored in the directory itself; comments that short are ignored. */
    private static final int INLINE = 4;

    private static final byte[] LITTLE_ENDIAN_TIFF = {'I', 'I', 42, 0};
    private static final byte[] BIG_ENDIAN_TIFF = {'M', 'M', 0, 42};
    private static final int TIFF_HEADER = 8;
    private static final int ENTRY = 12;

    /**
     * The size of a directory with one entry: the number of entries, the entry, and the offset of the next directory.
     */
    private static final int DIRECTORY = 2 + ENTRY + 4;

    private final ByteBuffer tiff;

    private Exif(ByteBuffer tiff) {
        this.tiff = tiff;
    }

    /** Inserts {@code text} into a JPEG as its comment, after the JFIF header where there is one. */
    static byte[] insert(byte[] jpeg, String text) {
        byte[] tiff = tiff(text);
        int length = 2 + NAME.length + tiff.length;
        if (length > 0xFFFF) {
            throw new InvalidRequestException(
                    "%d characters of parameters do not fit into a JPEG file; write a PNG".formatted(text.length()));
        }
        ByteBuffer in = ByteBuffer.wrap(jpeg);
        int at = 2;
        if ((in.getShort(at) & 0xFFFF) == APP0) {
            at += 2 + (in.getShort(at + 2) & 0xFFFF);
        }
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 2 + length).put(jpeg, 0, at);
        out.putShort((short) APP1).putShort((short) length).put(NAME).put(tiff);
        return out.put(jpeg, at, jpeg.length - at).array();
    }

    /** Returns EXIF data with the comment {@code text} only. */
    static byte[] tiff(String text) {
        byte[] comment = text.getBytes(StandardCharsets.UTF_16BE);
        ByteBuffer out = ByteBuffer.allocate(TIFF_HEADER + 2 * DIRECTORY + UNICODE.length + comment.length);
        out.put((byte) 'M').put((byte) 'M').putShort((short) 42).putInt(TIFF_HEADER);
        putDirectory(out, EXIF_DIRECTORY, TYPE_LONG, 1, TIFF_HEADER + DIRECTORY);
        putDirectory(out, USER_COMMENT, TYPE_UNDEFINED, UNICODE.length + comment.length, TIFF_HEADER + 2 * DIRECTORY);
        return out.put(UNICODE).put(comment).array();
    }

    private static void putDirectory(ByteBuffer out, short tag, short type, int count, int value) {
        out.putShort((short) 1)
                .putShort(tag)
                .putShort(type)
                .putInt(count)
                .putInt(value)
                .putInt(0);
    }

    /** Returns the EXIF data of a JPEG, PNG or WebP file, if it has some. A TIFF file has the same structure. */
    static Optional<Exif> of(byte[] picture) {
        return JpegStructure.of(picture)
                .flatMap(JpegStructure::exif)
                .or(() -> WebP.exif(picture))
                .or(() -> PngChunks.of(picture).flatMap(PngChunks::exif))
                .or(() -> Optional.of(picture).filter(Exif::isTiff))
                // A JPEG has the name before the data, and some programs put it there in the other formats too.
                .map(content ->
                        startsWith(content, NAME) ? Arrays.copyOfRange(content, NAME.length, content.length) : content)
                .filter(content -> content.length >= TIFF_HEADER)
                .map(content -> new Exif(ByteBuffer.wrap(content)
                        .order(content[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)));
    }

    private static boolean isTiff(byte[] file) {
        return startsWith(file, LITTLE_ENDIAN_TIFF) || startsWith(file, BIG_ENDIAN_TIFF);
    }

    /** Returns the orientation, if one is readable. Some programs write it as a number of another size. */
    Optional<Orientation> orientation() {
        return lookUp(() -> entry(tiff.getInt(4), ORIENTATION)
                .flatMap(entry -> Orientation.of(
                        switch (tiff.getShort(entry + 2)) {
                            case TYPE_BYTE -> tiff.get(entry + 8);
                            case TYPE_LONG -> tiff.getInt(entry + 8);
                            default -> tiff.getShort(entry + 8);
                        })));
    }

    /** Returns the user comment, if it can be read. Some programs put it into the first directory. */
    Optional<String> userComment() {
        return lookUp(() -> entry(tiff.getInt(4), EXIF_DIRECTORY)
                        .map(pointer -> tiff.getInt(pointer + 8))
                        .flatMap(directory -> entry(directory, USER_COMMENT))
                        .flatMap(this::decode))
                .or(() -> text(USER_COMMENT));
    }

    /** Returns the text of {@code tag} in the first directory, if it has one that can be read. */
    Optional<String> text(short tag) {
        return lookUp(() -> entry(tiff.getInt(4), tag).flatMap(this::decode));
    }

    private static <T> Optional<T> lookUp(Supplier<Optional<T>> reader) {
        try {
            return reader.get();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            // Cut short, or a place that points nowhere: there is nothing to read.
            return Optional.empty();
        }
    }

    /** Returns the offset of the entry with {@code tag} in the directory at {@code directory}. */
    private Optional<Integer> entry(int directory, short tag) {
        int count = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            int at = directory + 2 + i * ENTRY;
            if (tiff.getShort(at) == tag) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    /** Decodes the text of the entry at offset {@code entry}. */
    private Optional<String> decode(int entry) {
        int length = tiff.getInt(entry + 4);
        int at = tiff.getInt(entry + 8);
        if (length <= INLINE || length > tiff.capacity()) {
            return Optional.empty();
        }
        byte[] comment = new byte[length];
        tiff.get(at, comment);
        if (startsWith(comment, JIS)) {
            return Optional.empty();
        }
        boolean isUnicode = startsWith(comment, UNICODE);
        boolean marked = isUnicode || startsWith(comment, ASCII) || startsWith(comment, UNDEFINED);
        byte[] text = marked ? Arrays.copyOfRange(comment, MARKER, length) : comment;
        return Optional.of(text(text, charset(text, isUnicode, tiff.order())));
    }

    private static String text(byte[] bytes, Charset charset) {
        String text = new String(bytes, charset);
        // Marks of the byte order and padding are not part of the text.
        int start = text.startsWith("\uFEFF") ? 1 : 0;
        int end = text.length();
        while (end > start && text.charAt(end - 1) == 0) {
            end--;
        }
        return text.substring(start, end);
    }

    /**
     * Detects the encoding of a comment. The marker before it is not reliable: after {@code UNICODE}, programs write
     * UTF-16 in either byte order, with and without a byte-order mark, and UTF-8. Parameters are mostly ASCII, which in
     * UTF-16 has a zero byte in each pair, the first of them in big-endian order; a text without zero bytes is UTF-8,
     * or Latin-1 of old programs.
     *
     * @param isUnicode whether it is marked as {@code UNICODE}
     * @param order the byte order of the TIFF structure, which is used where the text does not decide
     */
    private static Charset charset(byte[] bytes, boolean isUnicode, ByteOrder order) {
        if (startsWith(bytes, BIG_ENDIAN_MARK)) {
            return StandardCharsets.UTF_16BE;
        }
        if (startsWith(bytes, LITTLE_ENDIAN_MARK)) {
            return StandardCharsets.UTF_16LE;
        }
        int even = 0;
        int odd = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                even += 1 - i % 2;
                odd += i % 2;
            }
        }
        boolean hasZeros = even + odd > trailingZeros(bytes);
        if (!hasZeros && isUtf8(bytes)) {
            return StandardCharsets.UTF_8;
        }
        if (!hasZeros && !isUnicode) {
            return StandardCharsets.ISO_8859_1;
        }
        boolean bigEndian = even == odd ? order == ByteOrder.BIG_ENDIAN : even > odd;
        return bigEndian ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    }

    private static int trailingZeros(byte[] bytes) {
        int count = 0;
        while (count < bytes.length && bytes[bytes.length - 1 - count] == 0) {
            count++;
        }
        return count;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }
}

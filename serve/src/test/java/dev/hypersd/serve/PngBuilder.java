package dev.hypersd.serve;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG files chunk by chunk, including files that no encoder would write. */
final class PngBuilder {
    private final ByteArrayOutputStream png = new ByteArrayOutputStream();

    private PngBuilder() {
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    }

    /** Begins an RGB image with 8 bits for each value, whose header claims this size. */
    static PngBuilder claiming(int width, int height) {
        return of(width, height, 8, 2, 0);
    }

    /** Begins an image whose header claims these properties (PNG specification, section 11.2.2). */
    static PngBuilder of(int width, int height, int bits, int colours, int interlacing) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        try {
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {(byte) bits, (byte) colours, 0, 0, (byte) interlacing});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return new PngBuilder().chunk("IHDR", header.toByteArray());
    }

    /** Appends a chunk with the right length and checksum. */
    PngBuilder chunk(String type, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.US_ASCII));
        checksum.update(content);
        DataOutputStream out = new DataOutputStream(png);
        try {
            out.writeInt(content.length);
            out.writeBytes(type);
            out.write(content);
            out.writeInt((int) checksum.getValue());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    /** Appends characters 0 to 255 as bytes. */
    PngBuilder raw(String latin1) {
        png.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Ends the image with {@code rows}, which need not be as many bytes as the header claims. */
    byte[] end(byte[] rows) {
        return chunk("IDAT", deflated(rows)).chunk("IEND", new byte[0]).png.toByteArray();
    }

    /** An image of one pixel with {@code text} as its parameters, in Base64. */
    static String base64WithText(String text) {
        byte[] content = concat("parameters\0", text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder()
                .encodeToString(claiming(1, 1).chunk("tEXt", content).end(new byte[4]));
    }

    /** Characters 0 to 255 as bytes, and {@code bytes} after them. */
    static byte[] concat(String latin1, byte[] bytes) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
        both.writeBytes(bytes);
        return both.toByteArray();
    }

    /** The bytes in the format of zlib. */
    static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return packed.toByteArray();
    }
}

package dev.hypersd.serve;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        try {
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {8, 2, 0, 0, 0});
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

    /** Ends the image with {@code rows}, which need not be as many bytes as the header claims. */
    byte[] end(byte[] rows) {
        return chunk("IDAT", deflated(rows)).chunk("IEND", new byte[0]).png.toByteArray();
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

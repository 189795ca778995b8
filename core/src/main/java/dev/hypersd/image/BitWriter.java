package dev.hypersd.image;

import java.io.ByteArrayOutputStream;

/** Writes bits, beginning with the least significant bit of each byte. */
final class BitWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long pending;
    private int count;

    /** Writes the lowest {@code bits} bits of {@code value}, 0 to 32 of them. */
    void write(long value, int bits) {
        pending |= (value & (1L << bits) - 1) << count;
        count += bits;
        while (count >= Byte.SIZE) {
            bytes.write((int) pending);
            pending >>>= Byte.SIZE;
            count -= Byte.SIZE;
        }
    }

    /** Returns all bits, padded to whole bytes. */
    byte[] bytes() {
        if (count > 0) {
            write(0, Byte.SIZE - count);
        }
        return bytes.toByteArray();
    }
}

package dev.hypersd.image;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture file in memory. Readers that look ahead may go beyond its end a little, and no further: one that takes what is missing for zeros would be
 * busy for as many pixels as a file of a few bytes claims to have.
 */
final class EncodedPicture extends MemoryCacheImageInputStream {
    private static final int SPARE = 4096;

    private int beyond;

    EncodedPicture(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
        return counted(super.read());
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return counted(super.read(into, offset, length));
    }

    private int counted(int read) {
        if (read < 0 && ++beyond > SPARE) {
            throw new UncheckedIOException(new EOFException("it ends too early"));
        }
        return read;
    }
}

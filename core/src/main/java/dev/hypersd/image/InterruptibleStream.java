package dev.hypersd.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A file in memory whose reading fails once the thread is interrupted. The native reader of JPEG does not react to
 * interruptions, but it requests the bytes of each scan from this stream. It gets few bytes at a time, so that it ends
 * after a few scans.
 */
final class InterruptibleStream extends MemoryCacheImageInputStream {
    private static final int BLOCK_BYTES = 256;

    InterruptibleStream(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the thread that decodes was interrupted");
        }
        return super.read(into, from, Math.min(length, BLOCK_BYTES));
    }
}

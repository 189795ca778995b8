package dev.hypersd.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A file in memory that cannot be read further once the thread is interrupted. The reader of JPEG is native and heeds
 * no interruption, but it asks for the bytes of each scan; it gets few at a time, so that no more than some scans pass
 * before it ends.
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

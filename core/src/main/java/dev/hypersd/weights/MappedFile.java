package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.MappedPages;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A file of weights. The description of its tensors is read when the file is opened, without the engine. The file is
 * mapped when the first tensor is loaded, and the pages of a tensor are read when it is used.
 *
 * <p>The mapping is private: tensors may be changed in place without the file being written. Safe to share between
 * threads.
 */
public final class MappedFile implements AutoCloseable {
    private final Path path;
    private final long size;
    private final FileTime modified;
    private final TensorArena arena = new TensorArena();
    private @Nullable Tensor bytes;

    private MappedFile(Path path, long size, FileTime modified) {
        this.path = path;
        this.size = size;
        this.modified = modified;
    }

    /** A function that reads an open file. */
    @FunctionalInterface
    public interface Reading<T> {
        /**
         * Reads the file.
         *
         * @param file the file, not mapped yet
         * @param channel its content; closed afterwards
         */
        T read(MappedFile file, FileChannel channel) throws IOException;
    }

    /**
     * Opens {@code path} and reads the description of its tensors.
     *
     * @param format the expected format, for messages: {@code "a safetensors file"}
     * @param reading reads the description
     * @throws InvalidFileException if it is missing, is not a file, or cannot be read
     */
    public static <T> T open(Path path, String format, Reading<T> reading) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new InvalidFileException(
                        path, "is " + (attributes.isDirectory() ? "a directory" : "a device") + ", not " + format);
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return reading.read(new MappedFile(path, attributes.size(), attributes.lastModifiedTime()), channel);
            }
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(path, "not found", e);
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads {@code length} bytes at {@code position}, all of which must be there. */
    public static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("it became shorter while being read");
            }
        }
        return buffer.flip();
    }

    /** Returns the path with which it was opened. */
    public Path path() {
        return path;
    }

    /** Returns its length in bytes. */
    public long size() {
        return size;
    }

    /** Returns the same file with a mapping of its own. */
    public MappedFile reopened() {
        return new MappedFile(path, size, modified);
    }

    /**
     * Returns the tensor whose elements lie one after another from {@code position} on. It shares memory with other
     * tensors of this file if possible, and keeps the mapping alive.
     *
     * @throws InvalidFileException if the file was changed after it was opened
     */
    public Tensor tensor(long position, Dtype dtype, long... shape) {
        return tensor(position, dtype, shape, Shapes.strides(shape));
    }

    /**
     * Returns the tensor whose first element lies at {@code position}.
     *
     * @param strides the distance of neighbours in each dimension, in elements, 0 or more; the last element must lie
     *     within the file
     * @throws InvalidFileException if the file was changed after it was opened
     */
    public Tensor tensor(long position, Dtype dtype, long[] shape, long[] strides) {
        return Shapes.count(shape) == 0
                ? Tensors.empty(dtype, shape)
                : Tensors.at(bytes(), position, dtype, shape, strides);
    }

    /** Evicts its pages from the resident set ({@link MappedPages}); loaded tensors stay valid. */
    public synchronized void evictPages() {
        if (bytes != null) {
            MappedPages.evict(bytes);
        }
    }

    /** Releases it. Tensors that were loaded stay valid, others can no longer be loaded. */
    @Override
    public void close() {
        arena.close();
    }

    /** Returns the mapped file. A file that was replaced since it was opened is refused. */
    private synchronized Tensor bytes() {
        if (bytes == null) {
            try {
                BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
                if (now.size() != size || !now.lastModifiedTime().equals(modified)) {
                    throw new InvalidFileException(path, "was changed after it was opened; open it again");
                }
            } catch (IOException e) {
                throw new InvalidFileException(path, "cannot be read: " + e.getMessage(), e);
            }
            bytes = arena.own(Tensors.map(path, size));
        }
        return bytes;
    }
}

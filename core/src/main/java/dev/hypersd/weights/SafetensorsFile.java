package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.MappedPages;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file. Opening it reads and checks the header only, without the engine. The file is mapped when the
 * first tensor is loaded, and a tensor's pages are read when it is used.
 *
 * <p>The mapping is private: tensors may be changed in place without changing the file. Safe to share between threads.
 */
public final class SafetensorsFile implements WeightSource {
    /** The number of bytes by which other formats are recognised. */
    private static final int START = 64;

    private final Path file;
    private final long size;
    private final FileTime modified;
    private final long dataStart;
    private final SafetensorsHeader header;
    private final TensorArena arena = new TensorArena();
    private @Nullable Tensor bytes;

    private SafetensorsFile(Path file, long size, FileTime modified, long dataStart, SafetensorsHeader header) {
        this.file = file;
        this.size = size;
        this.modified = modified;
        this.dataStart = dataStart;
        this.header = header;
    }

    /**
     * Opens {@code file} and checks its header.
     *
     * @throws InvalidFileException if it is missing or not a well-formed safetensors file
     */
    public static SafetensorsFile open(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new InvalidFileException(
                        file,
                        "is " + (attributes.isDirectory() ? "a directory" : "a device") + ", not a safetensors file");
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = attributes.size();
                int length = headerLength(file, size, read(channel, 0, (int) Math.min(size, START)));
                byte[] json = read(channel, Long.BYTES, length).array();
                long dataStart = (long) Long.BYTES + length;
                return new SafetensorsFile(
                        file,
                        size,
                        attributes.lastModifiedTime(),
                        dataStart,
                        SafetensorsHeader.parse(file, json, size - dataStart));
            }
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("it became shorter while being read");
            }
        }
        return buffer.flip();
    }

    /**
     * Returns the length of the header.
     *
     * @param start the first {@link #START} bytes of the file, or all if there are fewer
     */
    private static int headerLength(Path file, long size, ByteBuffer start) {
        if (size < Long.BYTES) {
            throw new InvalidFileException(file, "is shorter than the 8-byte length of a safetensors header");
        }
        refuseOtherFormats(file, start);
        long length = start.getLong(0);
        long available = size - Long.BYTES;
        if (length < 0 || (length > SafetensorsHeader.LONGEST && length > available)) {
            throw new InvalidFileException(
                    file, "header length larger than the file: " + Long.toUnsignedString(length));
        }
        if (length > SafetensorsHeader.LONGEST) {
            throw new InvalidFileException(file, "header length over the format's limit of 100 MB: " + length);
        }
        if (length > available) {
            throw new InvalidFileException(
                    file,
                    ("header reaches past the end of the file: it needs %d bytes, %d are there; the file is probably "
                                    + "truncated")
                            .formatted(length, available));
        }
        return (int) length;
    }

    /**
     * Refuses pickles and the zip archives around them, which are recognised by their first bytes and never opened.
     * Those bytes could also be the length of a header, so a file is refused only if no JSON object follows.
     */
    private static void refuseOtherFormats(Path file, ByteBuffer start) {
        if (start.limit() > Long.BYTES && start.get(Long.BYTES) == '{') {
            return;
        }
        String text = StandardCharsets.ISO_8859_1
                .decode(start.duplicate().position(0))
                .toString()
                .strip()
                .toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs")) {
            throw new InvalidFileException(
                    file,
                    "is a pointer of Git LFS and not the file itself; \"git lfs pull\" in its repository fetches that");
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
            throw new InvalidFileException(
                    file,
                    "is a web page and not a safetensors file; the download gave a page in its place, perhaps to sign "
                            + "in or to accept terms");
        }
        boolean zip = start.get(0) == 'P' && start.get(1) == 'K';
        boolean pickle = (start.get(0) & 0xff) == 0x80 && start.get(1) >= 2 && start.get(1) <= 5;
        if (zip || pickle) {
            throw new InvalidFileException(
                    file,
                    "is not a safetensors file but a " + (zip ? "zip archive" : "pickle")
                            + ", which could run code; convert it to safetensors where it came from");
        }
    }

    /** Returns the strings under {@code __metadata__}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(header.entries().get(name)).map(entry -> new Mapped(name, entry));
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public SafetensorsFile reopened() {
        return new SafetensorsFile(file, size, modified, dataStart, header);
    }

    @Override
    public synchronized void evictPages() {
        if (bytes != null) {
            MappedPages.evict(bytes);
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    /** Returns the mapped file. A file that was replaced since its header was read is refused. */
    private synchronized Tensor bytes() {
        if (bytes == null) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                if (now.size() != size || !now.lastModifiedTime().equals(modified)) {
                    throw new InvalidFileException(file, "was changed after it was opened; open it again");
                }
            } catch (IOException e) {
                throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
            }
            bytes = arena.own(Tensors.map(file, size));
        }
        return bytes;
    }

    /** A tensor of this file. */
    private final class Mapped implements StoredTensor {
        private final String name;
        private final SafetensorsHeader.Entry entry;

        Mapped(String name, SafetensorsHeader.Entry entry) {
            this.name = name;
            this.entry = entry;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Dtype dtype() {
            return entry.dtype();
        }

        @Override
        public long[] shape() {
            return entry.shape().clone();
        }

        @Override
        public Path file() {
            return file;
        }

        @Override
        public Tensor load() {
            return entry.begin() == entry.end()
                    ? Tensors.empty(entry.dtype(), entry.shape())
                    : Tensors.at(bytes(), dataStart + entry.begin(), entry.dtype(), entry.shape());
        }
    }
}

package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file, mapped into memory. Opening reads and checks the header only; a tensor's pages are read when it is used.
 *
 * <p>The mapping is private: tensors may be changed in place without the file being written.
 */
public final class SafetensorsFile implements WeightSource {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps {@code file} and checks its header.
     *
     * @throws InvalidFileException if it is missing or not a well-formed safetensors file
     */
    @SuppressWarnings(
            "MustBeClosedChecker") // The arena belongs to the file that is returned, and is closed on every other way
    // out.
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment all = map(file, arena);
            long length = headerLength(file, all);
            MemorySegment data = all.asSlice(Long.BYTES + length);
            byte[] json = all.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
            return new SafetensorsFile(file, arena, data, SafetensorsHeader.parse(file, json, data.byteSize()));
        } catch (NoSuchFileException e) {
            arena.close();
            throw new InvalidFileException(file, "not found", e);
        } catch (IOException e) {
            arena.close();
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        if (Files.isDirectory(file)) {
            throw new InvalidFileException(file, "is a directory, not a safetensors file");
        }
        // A private mapping asks for a channel that could write, yet nothing is ever written to the file.
        boolean writable = Files.isWritable(file);
        try (FileChannel channel = writable
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(
                    writable ? FileChannel.MapMode.PRIVATE : FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    private static long headerLength(Path file, MemorySegment all) {
        if (all.byteSize() < Long.BYTES) {
            throw new InvalidFileException(file, "is shorter than the 8-byte length of a safetensors header");
        }
        refuseOtherFormats(file, all);
        long length = all.get(LENGTH, 0);
        long available = all.byteSize() - Long.BYTES;
        if (length < 0 || length > SafetensorsHeader.LONGEST && length > available) {
            throw new InvalidFileException(
                    file, "header length larger than the file: " + Long.toUnsignedString(length));
        }
        if (length > SafetensorsHeader.LONGEST) {
            throw new InvalidFileException(file, "header length over the format's limit of 100 MB: " + length);
        }
        if (length > available) {
            throw new InvalidFileException(
                    file,
                    "header reaches past the end of the file: it needs %d bytes, %d are there; the file is probably truncated"
                            .formatted(length, available));
        }
        return length;
    }

    /**
     * Pickles and the zip archives around them are told by their first bytes and never opened. Those bytes are a possible length
     * of a header too, so a file counts as one of them only where no JSON object follows.
     */
    private static void refuseOtherFormats(Path file, MemorySegment all) {
        if (all.byteSize() > Long.BYTES && all.get(ValueLayout.JAVA_BYTE, Long.BYTES) == '{') {
            return;
        }
        byte first = all.get(ValueLayout.JAVA_BYTE, 0);
        byte second = all.get(ValueLayout.JAVA_BYTE, 1);
        boolean zip = first == 'P' && second == 'K';
        boolean pickle = (first & 0xff) == 0x80 && second >= 2 && second <= 5;
        if (zip || pickle) {
            throw new InvalidFileException(
                    file,
                    "is not a safetensors file but a " + (zip ? "zip archive" : "pickle")
                            + ", which could run code; convert it to safetensors where it came from");
        }
    }

    /** The strings under {@code __metadata__}. */
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
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
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
            MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
            Tensor tensor = Tensors.wrap(bytes, entry.dtype(), entry.shape());
            boolean aligned = bytes.address() % entry.dtype().bytes() == 0;
            return aligned ? tensor : tensor.clone();
        }
    }
}

package dev.hypersd.weights;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a safetensors file tensor by tensor, so that a model larger than memory can be written.
 *
 * <p>The header comes first in the file, so the tensors are declared first; their values then come in any order.
 * Everything goes to a temporary name in the same directory, and only {@link #commit()} gives the file its own. Closing
 * without it leaves nothing behind.
 *
 * <pre>{@code
 * try (var writer = SafetensorsWriter.create(file, declarations, Map.of("format", "pt"))) {
 *     writer.write("conv_in.weight", tensor);
 *     writer.commit();
 * }
 * }</pre>
 */
public final class SafetensorsWriter implements AutoCloseable {
    /**
     * The alignment of the data in the file. Larger elements come first, so that every tensor is aligned when it is
     * mapped.
     */
    private static final int ALIGNMENT = 8;

    /**
     * The largest number of bytes written at once, since buffers are addressed by int and the system copies each
     * through memory of its own.
     */
    private static final long CHUNK = 64L << 20;

    /** The number of bytes of mapped sources that may stay in memory while they are copied. */
    private static final long MOST_RESIDENT = 256L << 20;

    /** The name, type and shape of a tensor that will be written. */
    public record Declaration(String name, Dtype dtype, long... shape) {
        long bytes() {
            return Math.multiplyExact(Shapes.count(shape), dtype.bytes());
        }
    }

    private record Slot(Declaration tensor, long position) {}

    private final Path file;
    private final Draft draft;
    private final FileChannel channel;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Set<String> unwritten = new LinkedHashSet<>();

    private SafetensorsWriter(Path file, Draft draft, FileChannel channel) {
        this.file = file;
        this.draft = draft;
        this.channel = channel;
    }

    /**
     * Begins {@code file}, which is replaced if it exists. Its directory must exist.
     *
     * @param metadata the strings under {@code __metadata__}
     */
    public static SafetensorsWriter create(Path file, List<Declaration> tensors, Map<String, String> metadata) {
        Draft draft = Draft.of(file);
        try {
            FileChannel channel = open(draft);
            SafetensorsWriter writer = new SafetensorsWriter(file, draft, channel);
            try {
                writer.begin(tensors, metadata);
            } catch (RuntimeException | IOException e) {
                writer.close();
                throw e;
            }
            return writer;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static FileChannel open(Draft draft) throws IOException {
        try {
            return FileChannel.open(draft.path(), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            draft.close();
            throw e;
        }
    }

    /** Writes a complete file of tensors that are in memory. */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<Declaration> declarations = tensors.entrySet().stream()
                .map(e ->
                        new Declaration(e.getKey(), Dtype.of(e.getValue().scalar_type()), Tensors.shape(e.getValue())))
                .toList();
        try (SafetensorsWriter writer = create(file, declarations, metadata)) {
            tensors.forEach(writer::write);
            writer.commit();
        }
    }

    /**
     * Writes a whole file of the tensors of {@code sources}, one of which is in memory at a time.
     *
     * @param dtype the type in which floating-point numbers are stored; empty to keep their types
     */
    public static void write(
            Path file, List<? extends WeightSource> sources, Optional<Dtype> dtype, Map<String, String> metadata) {
        List<StoredTensor> tensors = sources.stream()
                .flatMap(source -> source.names().stream().flatMap(name -> source.find(name).stream()))
                .toList();
        Function<StoredTensor, Dtype> type =
                tensor -> tensor.dtype().isFloatingPoint() ? dtype.orElse(tensor.dtype()) : tensor.dtype();
        List<Declaration> declarations = tensors.stream()
                .map(tensor -> new Declaration(tensor.name(), type.apply(tensor), tensor.shape()))
                .toList();
        try (SafetensorsWriter writer = create(file, declarations, metadata)) {
            long resident = 0;
            for (StoredTensor tensor : tensors) {
                resident += TensorScope.released(() -> {
                    Tensor loaded = tensor.load();
                    writer.write(tensor.name(), loaded.to(type.apply(tensor).scalarType()));
                    return loaded.nbytes();
                });
                if (resident > MOST_RESIDENT) {
                    sources.forEach(WeightSource::evictPages);
                    resident = 0;
                }
            }
            writer.commit();
        }
    }

    private void begin(List<Declaration> tensors, Map<String, String> metadata) throws IOException {
        ObjectNode header = Json.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = header.putObject(SafetensorsHeader.METADATA);
            new TreeMap<>(metadata).forEach(strings::put);
        }
        // Equal contents make equal files, in whatever order they come.
        List<Declaration> laidOut = tensors.stream()
                .sorted(Comparator.comparingInt((Declaration t) -> t.dtype().bytes())
                        .reversed()
                        .thenComparing(Declaration::name))
                .toList();
        long end = 0;
        for (Declaration tensor : laidOut) {
            if (tensor.name().equals(SafetensorsHeader.METADATA) || !unwritten.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors have the name " + tensor.name());
            }
            slots.put(tensor.name(), new Slot(tensor, end));
            ObjectNode entry =
                    header.putObject(tensor.name()).put("dtype", tensor.dtype().name());
            ArrayNode shape = entry.putArray("shape");
            Arrays.stream(tensor.shape()).forEach(shape::add);
            entry.putArray("data_offsets").add(end).add(end + tensor.bytes());
            end += tensor.bytes();
        }
        byte[] json = pad(header.toString()).getBytes(StandardCharsets.UTF_8);
        if (json.length > SafetensorsHeader.LONGEST) {
            throw new IllegalArgumentException(
                    "the header would take " + json.length + " bytes, the format allows " + SafetensorsHeader.LONGEST);
        }
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
        write(start.putLong(json.length).put(json).flip(), 0);
        long dataStart = start.limit();
        slots.replaceAll((name, slot) -> new Slot(slot.tensor(), dataStart + slot.position()));
    }

    private static String pad(String json) {
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return json + " ".repeat(Math.floorMod(-length, ALIGNMENT));
    }

    /**
     * Writes the values of {@code tensor}, on any device, as the declared tensor {@code name} of the same type and
     * shape.
     */
    public void write(String name, Tensor tensor) {
        Declaration declared = slot(name).tensor();
        boolean fits = Dtype.of(tensor.scalar_type()) == declared.dtype()
                && Arrays.equals(Tensors.shape(tensor), declared.shape());
        if (!fits) {
            throw new IllegalArgumentException("%s was declared as %s %s and is %s"
                    .formatted(name, declared.dtype(), Arrays.toString(declared.shape()), Tensors.describe(tensor)));
        }
        TensorScope.released(() -> {
            write(name, Tensors.data(tensor.detach().cpu().contiguous()));
            return name;
        });
    }

    /** Writes {@code bytes}, little-endian elements in row-major order, as the declared tensor {@code name}. */
    public void write(String name, MemorySegment bytes) {
        Slot slot = slot(name);
        if (bytes.byteSize() != slot.tensor().bytes()) {
            throw new IllegalArgumentException(
                    "%s takes %d bytes, not %d".formatted(name, slot.tensor().bytes(), bytes.byteSize()));
        }
        if (!unwritten.remove(name)) {
            throw new IllegalStateException(name + " was written already");
        }
        try {
            for (long done = 0; done < bytes.byteSize(); done += CHUNK) {
                MemorySegment chunk = bytes.asSlice(done, Math.min(CHUNK, bytes.byteSize() - done));
                write(chunk.asByteBuffer(), slot.position() + done);
            }
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private Slot slot(String name) {
        Slot slot = slots.get(name);
        if (slot == null) {
            throw new IllegalArgumentException("no tensor " + name + " was declared");
        }
        return slot;
    }

    private void write(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }

    /** Completes the file and gives it its name. Every declared tensor must have been written. */
    public void commit() {
        if (!unwritten.isEmpty()) {
            throw new IllegalStateException(unwritten.size() + " declared tensors were not written: "
                    + unwritten.stream().limit(5).collect(Collectors.joining(", ")));
        }
        try {
            channel.force(true);
            channel.close();
            draft.publish();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Deletes what was written unless it was committed. */
    @Override
    public void close() {
        try {
            channel.close();
            draft.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static HyperSdException failed(Path file, IOException cause) {
        return new HyperSdException(file + ": cannot be written: " + cause.getMessage(), cause);
    }
}

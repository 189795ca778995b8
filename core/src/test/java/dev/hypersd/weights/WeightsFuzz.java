package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What a fuzzer feeds to the readers of weights; docs/fuzzing.md has the command. Any exception but the one that
 * refuses a file is a finding, and so is a header that was accepted and lies.
 */
public final class WeightsFuzz {
    /** Bytes of data behind a fuzzed header. */
    private static final long DATA = 24;

    private WeightsFuzz() {}

    /** The JSON of a header. */
    public static final class Header {
        private Header() {}

        public static void fuzzerTestOneInput(byte[] json) {
            try {
                check(SafetensorsHeader.parse(Path.of("w.safetensors"), json, DATA), DATA);
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            }
        }
    }

    /** A whole file. */
    public static final class File {
        private static final Path FILE = scratch().resolve("w.safetensors");

        private File() {}

        public static void fuzzerTestOneInput(byte[] content) {
            put(FILE, content);
            try (SafetensorsFile file = SafetensorsFile.open(FILE)) {
                long covered = 0;
                for (String name : file.names()) {
                    StoredTensor tensor = file.find(name).orElseThrow();
                    covered += Shapes.count(tensor.shape()) * tensor.dtype().bytes();
                }
                if (covered > content.length) {
                    throw new AssertionError("tensors of " + covered + " bytes in a file of " + content.length);
                }
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            }
        }
    }

    /** The index of two shards; a file that must not be reached lies outside of their directory. */
    public static final class Index {
        private static final Path FOLDER = withShards(scratch().resolve("model"));
        private static final Path INDEX = FOLDER.resolve("model.safetensors.index.json");

        private Index() {}

        public static void fuzzerTestOneInput(byte[] json) {
            put(INDEX, json);
            try (ShardedSafetensors weights = ShardedSafetensors.open(INDEX)) {
                for (String name : weights.names()) {
                    Path shard = weights.find(name).orElseThrow().file();
                    if (!shard.normalize().startsWith(FOLDER)) {
                        throw new AssertionError("read " + shard);
                    }
                }
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            }
        }
    }

    private static void check(SafetensorsHeader header, long dataLength) {
        long covered = 0;
        for (SafetensorsHeader.Entry entry : header.entries().values()) {
            long bytes = Math.multiplyExact(
                    Shapes.count(entry.shape()), entry.dtype().bytes());
            if (entry.begin() < 0 || entry.end() > dataLength || entry.end() - entry.begin() != bytes) {
                throw new AssertionError("accepted " + entry);
            }
            covered += bytes;
        }
        if (covered != dataLength) {
            throw new AssertionError("tensors cover " + covered + " of " + dataLength + " bytes");
        }
    }

    private static Path withShards(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        put(folder.resolve("a.safetensors"), oneTensor("a"));
        put(folder.resolve("b.safetensors"), oneTensor("b"));
        put(folder.resolve("../c.safetensors"), oneTensor("c"));
        return folder;
    }

    private static byte[] oneTensor(String name) {
        byte[] header = "{\"%s\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,1]}}"
                .formatted(name, Dtype.U8)
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + header.length + 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    /** A whole archive of NumPy's. */
    public static final class Npz {
        private static final Path FILE = scratch().resolve("a.npz");

        private Npz() {}

        public static void fuzzerTestOneInput(byte[] content) {
            put(FILE, content);
            try (NpzFile npz = NpzFile.open(FILE)) {
                npz.read("mu").ifPresent(array -> {
                    if (Shapes.count(array.shape()) != array.values().length) {
                        throw new AssertionError("%d values of shape %s"
                                .formatted(array.values().length, Arrays.toString(array.shape())));
                    }
                });
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            }
        }
    }

    /** A new directory, in memory where the system has a place for that; removed when the process ends. */
    public static Path scratch() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "fuzz")
                    : Files.createTempDirectory("fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> content = Files.walk(folder)) {
            for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

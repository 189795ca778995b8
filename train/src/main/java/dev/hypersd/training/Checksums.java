package dev.hypersd.training;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Checksums (CRC-32C) of the tensors and of the metadata in a checkpoint, which are part of its metadata. */
final class Checksums {
    private static final String PREFIX = "crc32c/";
    private static final String METADATA = "crc32c";
    private static final long PIECE = 64L << 20;

    private Checksums() {}

    /** Returns {@code metadata} with the checksums of {@code state} and of all else. */
    static Map<String, String> added(Map<String, String> metadata, Map<String, Tensor> state) {
        Map<String, String> all = new TreeMap<>(metadata);
        state.forEach((name, tensor) -> all.put(PREFIX + name, of(tensor)));
        all.put(METADATA, of(all));
        return all;
    }

    /**
     * Compares the checksums of all tensors. Files of earlier versions have none.
     *
     * @throws InvalidFileException if one differs, or a tensor is missing
     */
    static void requireWhole(SafetensorsFile file) {
        requireMetadata(file);
        file.metadata().forEach((key, sum) -> {
            if (key.startsWith(PREFIX)) {
                String name = key.substring(PREFIX.length());
                String found = TensorScope.released(() -> file.find(name)
                        .map(stored -> of(stored.load()))
                        .orElseThrow(() -> new InvalidFileException(file.file(), "tensor " + name + " is missing")));
                if (!found.equals(sum)) {
                    throw new InvalidFileException(
                            file.file(), "tensor %s has the checksum %s, not %s".formatted(name, found, sum));
                }
            }
        });
    }

    /**
     * Compares the checksum of the metadata.
     *
     * @throws InvalidFileException if it differs
     */
    static void requireMetadata(SafetensorsFile file) {
        Map<String, String> metadata = new HashMap<>(file.metadata());
        @Nullable String sum = metadata.remove(METADATA);
        if (sum != null && !sum.equals(of(metadata))) {
            throw new InvalidFileException(file.file(), "its metadata do not have the checksum " + sum);
        }
    }

    private static String of(Map<String, String> metadata) {
        CRC32C sum = new CRC32C();
        new TreeMap<>(metadata)
                .forEach((key, value) -> sum.update((key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return Long.toHexString(sum.getValue());
    }

    private static String of(Tensor tensor) {
        return TensorScope.released(() -> {
            CRC32C sum = new CRC32C();
            MemorySegment bytes = Tensors.data(tensor.detach().cpu().contiguous());
            for (long done = 0; done < bytes.byteSize(); done += PIECE) {
                sum.update(bytes.asSlice(done, Math.min(PIECE, bytes.byteSize() - done))
                        .asByteBuffer());
            }
            return Long.toHexString(sum.getValue());
        });
    }
}

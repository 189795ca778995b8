package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FalseDownload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/**
 * A safetensors file. Opening it reads and checks the header only, without the engine. The file is mapped when the
 * first tensor is loaded, and a tensor's pages are read when it is used.
 *
 * <p>The mapping is private: tensors may be changed in place without changing the file. Safe to share between threads.
 */
public final class SafetensorsFile extends MappedWeights<SafetensorsHeader.Entry> {
    /** What files of weights in other formats begin with. */
    private static final Map<String, String> OTHER_FORMATS = Map.of(
            "GGUF", "a GGUF file (weights for ggml)",
            "\u0089HDF", "an HDF5 file (weights for Keras)",
            "\b\u0007\u0012\u0007pytorch", "an ONNX file",
            "\b\b\u0012\u0007pytorch", "an ONNX file");

    private static final String FORMAT = "a safetensors file";

    private final long dataStart;
    private final SafetensorsHeader header;

    private SafetensorsFile(MappedFile file, long dataStart, SafetensorsHeader header) {
        super(file, header.entries());
        this.dataStart = dataStart;
        this.header = header;
    }

    /**
     * Opens {@code file} and checks its header.
     *
     * @throws InvalidFileException if it is missing or not a well-formed safetensors file
     */
    public static SafetensorsFile open(Path file) {
        return MappedFile.open(file, FORMAT, (mapped, channel) -> {
            long size = mapped.size();
            ByteBuffer start = MappedFile.read(channel, 0, (int) Math.min(size, FalseDownload.START));
            int length = headerLength(file, size, start);
            byte[] json = MappedFile.read(channel, Long.BYTES, length).array();
            long dataStart = (long) Long.BYTES + length;
            return new SafetensorsFile(mapped, dataStart, SafetensorsHeader.parse(file, json, size - dataStart));
        });
    }

    /**
     * Returns the length of the header.
     *
     * @param start the first {@link FalseDownload#START} bytes of the file, or all if there are fewer
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
        FalseDownload.refuse(file, start, FORMAT);
        boolean zip = start.get(0) == 'P' && start.get(1) == 'K';
        boolean pickle = (start.get(0) & 0xff) == 0x80 && start.get(1) >= 2 && start.get(1) <= 5;
        if (zip || pickle) {
            throw new InvalidFileException(
                    file,
                    "is not a safetensors file but a " + (zip ? "zip archive" : "pickle")
                            + ", which could run code; \"hypersd convert\" makes a safetensors file of it without "
                            + "running any");
        }
        OTHER_FORMATS.forEach((beginning, format) -> {
            if (StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString().startsWith(beginning)) {
                throw new InvalidFileException(
                        file, "is not a safetensors file but %s, which is not read".formatted(format));
            }
        });
    }

    /** Returns the strings under {@code __metadata__}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    protected StoredTensor tensor(String name, SafetensorsHeader.Entry entry) {
        MappedFile file = mapped();
        return StoredTensor.of(
                name,
                entry.dtype(),
                entry.shape(),
                file.path(),
                () -> file.tensor(dataStart + entry.begin(), entry.dtype(), entry.shape()));
    }

    @Override
    public SafetensorsFile reopened() {
        return new SafetensorsFile(mapped().reopened(), dataStart, header);
    }
}

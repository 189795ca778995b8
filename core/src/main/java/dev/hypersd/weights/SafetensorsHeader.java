package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The header of a safetensors file, which lists its tensors.
 *
 * <p>The format (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON object of
 * that length, then the data. The offsets in an entry {@code name: {"dtype", "shape", "data_offsets": [begin, end]}}
 * count from the end of the header; the entries must cover the data without gaps and overlaps. {@code __metadata__}
 * maps strings to strings.
 *
 * @param entries the tensors by name, in the order of the header
 * @param metadata the strings of {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    /** The largest length of the JSON that the format allows. */
    static final long LONGEST = 100_000_000;

    /**
     * The greatest number of dimensions, more than the engine supports, so that a hostile list cannot fill the heap.
     */
    private static final int MOST_DIMENSIONS = 64;

    static final String METADATA = "__metadata__";

    /** One tensor: its values are the bytes {@code begin} (inclusive) to {@code end} (exclusive) of the data. */
    record Entry(Dtype dtype, long[] shape, long begin, long end) {}

    /**
     * Parses the JSON of a header and checks it against the file.
     *
     * @param file the file, for messages
     * @param json the bytes of the header
     * @param dataLength the number of bytes after the header
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataLength) {
        String text = Json.utf8(file, json);
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser parser = Json.MAPPER.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new InvalidFileException(file, "header is not JSON: it is empty");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new InvalidFileException(file, "header is not an object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (name.equals(METADATA)) {
                    readMetadata(file, parser, metadata);
                } else {
                    entries.put(name, readEntry(file, name, parser));
                }
            }
            if (parser.nextToken() != null) {
                throw new InvalidFileException(file, "header is not JSON: text follows the object");
            }
        } catch (JacksonException e) {
            String message = e.getOriginalMessage();
            throw new InvalidFileException(
                    file,
                    message.startsWith("Duplicate")
                            ? "duplicate name in the header: " + message
                            : "header is not JSON: " + message,
                    e);
        }
        checkCoverage(file, entries, dataLength);
        return new SafetensorsHeader(entries, metadata);
    }

    private static void readMetadata(Path file, JsonParser parser, Map<String, String> metadata) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new InvalidFileException(file, METADATA + " is not an object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw new InvalidFileException(
                        file, METADATA + " must map strings to strings; \"" + key + "\" is not a string");
            }
            metadata.put(key, parser.getString());
        }
    }

    private static Entry readEntry(Path file, String name, JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new InvalidFileException(file, "header entry of " + name + " is not an object");
        }
        Dtype dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "dtype" -> {
                    String label = value == JsonToken.VALUE_STRING ? parser.getString() : "no string";
                    dtype = Dtype.ofName(label)
                            .orElseThrow(
                                    () -> new InvalidFileException(file, "unknown dtype " + label + " of " + name));
                }
                case "shape" -> shape = readNaturals(file, name, "shape", parser);
                case "data_offsets" -> offsets = readNaturals(file, name, "data_offsets", parser);
                default ->
                    throw new InvalidFileException(file, "unknown key " + key + " in the header entry of " + name);
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw new InvalidFileException(file, "header entry of " + name + " has no " + missing);
        }
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new InvalidFileException(file, "data_offsets of " + name + " are not a range: " + offsets);
        }
        Entry entry =
                new Entry(dtype, shape.stream().mapToLong(Long::longValue).toArray(), offsets.get(0), offsets.get(1));
        checkSize(file, name, entry);
        return entry;
    }

    private static List<Long> readNaturals(Path file, String name, String key, JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new InvalidFileException(file, key + " of " + name + " is not a list of whole numbers");
        }
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            boolean natural = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && switch (parser.getNumberType()) {
                        case INT, LONG -> parser.getLongValue() >= 0;
                        default -> false;
                    };
            if (!natural) {
                throw new InvalidFileException(
                        file,
                        key + " of " + name + " holds " + parser.getString()
                                + " instead of a whole number from 0 to 2^63 - 1");
            }
            if (numbers.size() == MOST_DIMENSIONS) {
                throw new InvalidFileException(
                        file, key + " of " + name + " has more than " + MOST_DIMENSIONS + " entries");
            }
            numbers.add(parser.getLongValue());
        }
        return numbers;
    }

    private static void checkSize(Path file, String name, Entry entry) {
        long bytes;
        try {
            bytes = Math.multiplyExact(
                    Shapes.count(entry.shape()), entry.dtype().bytes());
        } catch (ArithmeticException e) {
            throw new InvalidFileException(file, "shape of " + name + " is too large for any file", e);
        }
        if (bytes != entry.end() - entry.begin()) {
            throw new InvalidFileException(
                    file,
                    "size of %s does not fit: %s %s takes %d bytes, the header gives it %d"
                            .formatted(
                                    name,
                                    entry.dtype(),
                                    Arrays.toString(entry.shape()),
                                    bytes,
                                    entry.end() - entry.begin()));
        }
    }

    private static void checkCoverage(Path file, Map<String, Entry> entries, long dataLength) {
        List<Map.Entry<String, Entry>> byPosition = new ArrayList<>(entries.entrySet());
        byPosition.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long covered = 0;
        for (Map.Entry<String, Entry> named : byPosition) {
            Entry entry = named.getValue();
            if (entry.begin() != covered) {
                String relation = entry.begin() < covered ? "overlap: " : "are not contiguous: ";
                throw new InvalidFileException(
                        file,
                        "tensors " + relation + named.getKey() + " begins at " + entry.begin() + " and not at "
                                + covered);
            }
            covered = entry.end();
        }
        if (covered > dataLength) {
            throw new InvalidFileException(
                    file,
                    ("data offsets past the end of the file: they reach %d, the size of the data is %d; the file is "
                                    + "probably truncated")
                            .formatted(covered, dataLength));
        }
        if (covered < dataLength) {
            throw new InvalidFileException(file, (dataLength - covered) + " unused bytes at the end");
        }
    }
}

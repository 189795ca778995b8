package dev.hypersd.json;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Strict reading of JSON: UTF-8 only, one value a file, no duplicate keys, bounded depth and size. */
public final class Json {
    /**
     * The largest file that is read, in bytes, more than any configuration, vocabulary or index of a published model.
     */
    private static final long LARGEST_FILE = 64L << 20;

    private static final int DEEPEST_NESTING = 64;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    /** The names of classes and settings in the parser's messages, which are removed from errors. */
    private static final Pattern PARSER_INTERNALS = Pattern.compile(",? (from )?`[^`]*`");

    /** The parser behind {@link #read}, which also writes JSON. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // diffusers writes -Infinity into the configuration of a scheduler; whoever reads that as a number
                    // is refused.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST_NESTING)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Reads one of several values from a parser. */
    private static final ObjectReader ONE = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** Reads the value that begins at the present token of {@code parser}, which is then at the end of the value. */
    public static JsonNode value(JsonParser parser) {
        return ONE.readTree(parser);
    }

    /** Reads {@code file}, which must be a JSON object. */
    public static JsonObject read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new InvalidFileException(file, "is larger than any JSON file of a model (64 MiB)");
            }
            return parse(file, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Parses {@code bytes}, which must be a JSON object.
     *
     * @param file their origin, for messages
     */
    public static JsonObject parse(Path file, byte[] bytes) {
        JsonNode node;
        try {
            node = MAPPER.readTree(utf8(file, bytes));
        } catch (JacksonException e) {
            throw new InvalidFileException(file, reason(e), e);
        }
        if (!node.isObject()) {
            throw new InvalidFileException(file, "is not a JSON object but " + describe(node));
        }
        return new JsonObject(file, "", node);
    }

    /** Returns {@code tree}, which was read from {@code file} in another notation than JSON, as an object. */
    public static JsonObject of(Path file, ObjectNode tree) {
        return new JsonObject(file, "", tree);
    }

    /** Decodes {@code bytes} as UTF-8, without the byte-order mark that some editors write. Other text is refused. */
    public static String utf8(Path file, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "is not UTF-8 text", e);
        }
    }

    /** Returns a description of the error in a text that is not JSON: {@code is not valid JSON: ...}. */
    public static String reason(JacksonException e) {
        String message = PARSER_INTERNALS.matcher(e.getOriginalMessage()).replaceAll("");
        if (message.startsWith("Trailing token")) {
            return "is not valid JSON: something follows the first value";
        }
        return message.startsWith("Duplicate") ? "duplicate key in JSON: " + message : "is not valid JSON: " + message;
    }

    static String quote(String text) {
        return describe(StringNode.valueOf(text));
    }

    static String describe(JsonNode node) {
        String text = node.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}

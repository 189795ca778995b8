package dev.hypersd.bulk;

import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Option;
import dev.hypersd.request.Seeds;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The description of a picture that was drawn, as a JSON object in one line. The keys {@code file_name} and
 * {@code text} are those of data sets of captioned pictures, so that a folder of drawn pictures is one.
 *
 * @param number its place among all pictures, from 0
 * @param fileName the name of its file, relative to the folder
 * @param fingerprint the hash of everything that determines the picture
 * @param content the SHA-256 of the file
 * @param line the object, which also has the seed, the seconds and the parameters
 */
public record PictureRecord(long number, String fileName, String fingerprint, String content, String line) {
    private static final String NUMBER = "number";
    private static final String FILE_NAME = "file_name";
    private static final String FINGERPRINT = "fingerprint";
    private static final String CONTENT = "sha256";
    private static final String TEXT = "text";
    private static final String SEED = "seed";
    private static final String SECONDS = "seconds";
    private static final String PARAMETERS = "parameters";

    /**
     * What a record says of a picture beside what identifies it.
     *
     * @param text the prompt
     * @param seed the seed, of 64 bits without a sign
     * @param seconds how long drawing took; where several were drawn at once, its share
     * @param parameters what it was drawn with, as infotext
     */
    public record Details(String text, long seed, double seconds, String parameters) {}

    /** Describes a picture that was written to {@code fileName}. */
    static PictureRecord of(Drawn drawn, String fileName, String content) {
        return of(
                drawn.number(),
                fileName,
                drawn.fingerprint(),
                content,
                new Details(
                        drawn.wanted().options().get(Option.PROMPT).orElse(""),
                        drawn.picture().seed(),
                        drawn.seconds(),
                        drawn.picture().parameters().toText()));
    }

    /** Describes the picture {@code number}; for the parameters see {@link PictureRecord} and {@link Details}. */
    public static PictureRecord of(long number, String fileName, String fingerprint, String content, Details details) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put(FILE_NAME, fileName)
                .put(TEXT, details.text())
                .put(NUMBER, number)
                .put(SEED, Seeds.number(details.seed()))
                .put(FINGERPRINT, fingerprint)
                .put(CONTENT, content)
                .put(SECONDS, details.seconds())
                .put(PARAMETERS, details.parameters());
        return new PictureRecord(number, fileName, fingerprint, content, node.toString());
    }

    /**
     * Reads a line.
     *
     * @param origin the file, for messages
     * @throws InvalidFileException if it is not a record of a picture that was drawn
     */
    public static PictureRecord parse(Path origin, String line) {
        JsonObject json = Json.parse(origin, line.getBytes(StandardCharsets.UTF_8));
        if (!json.has(FINGERPRINT) || !json.has(CONTENT) || !json.has(NUMBER)) {
            throw new InvalidFileException(
                    origin, "describes other pictures than those drawn from a file of prompts; name another output");
        }
        return new PictureRecord(
                json.unsignedNumber(NUMBER, 0),
                json.string(FILE_NAME, ""),
                json.string(FINGERPRINT, ""),
                json.string(CONTENT, ""),
                line);
    }

    /** Returns what the line says in addition. */
    public Details details() {
        JsonNode node = Json.MAPPER.readTree(line);
        return new Details(
                node.path(TEXT).asString(""),
                node.path(SEED).bigIntegerValue(BigInteger.ZERO).longValue(),
                node.path(SECONDS).asDouble(0),
                node.path(PARAMETERS).asString(""));
    }
}

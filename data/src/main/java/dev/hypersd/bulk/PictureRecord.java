package dev.hypersd.bulk;

import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Option;
import dev.hypersd.request.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

    /** Describes a picture that was written to {@code fileName}. */
    static PictureRecord of(Drawn drawn, String fileName, String content) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put(FILE_NAME, fileName)
                .put("text", drawn.wanted().options().get(Option.PROMPT).orElse(""))
                .put(NUMBER, drawn.number())
                .put("seed", Seeds.number(drawn.picture().seed()))
                .put(FINGERPRINT, drawn.fingerprint())
                .put(CONTENT, content)
                .put("seconds", drawn.seconds())
                .put("parameters", drawn.picture().parameters().toText());
        return new PictureRecord(drawn.number(), fileName, drawn.fingerprint(), content, node.toString());
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

    /** Returns the caption that the line has under {@code text}. */
    String text() {
        return Json.MAPPER.readTree(line).path("text").asString("");
    }
}

package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A line of {@value #FILE}, or a row of {@value #TABLE}: a picture and its caption.
 *
 * @param fileName the path of the picture, relative to the folder of the metadata and inside it, with {@code /} between
 *     folders
 * @param text the caption as it stands in the file, possibly empty
 */
record MetadataLine(String fileName, String text) {
    static final String FILE = "metadata.jsonl";
    static final String TABLE = "metadata.csv";

    private static final String FILE_NAME = "file_name";
    private static final String TEXT = "text";
    private static final String CAPTION = "caption";

    /**
     * Reads all lines of {@code file}, a table if its name is {@value #TABLE}. Empty lines are ignored.
     *
     * @throws InvalidFileException if a line is malformed or names a file outside of the folder; the message gives the
     *     line's number
     */
    static List<MetadataLine> read(Path file) {
        return file.endsWith(TABLE) ? rows(file) : lines(file);
    }

    private static List<MetadataLine> rows(Path file) {
        try {
            return CsvTable.read(file, Files.readString(file, charset(file))).stream()
                    .map(row -> {
                        ObjectNode json = Json.MAPPER.createObjectNode();
                        row.values().forEach(json::put);
                        return parse(file.resolveSibling("%s, line %d".formatted(TABLE, row.line())), json.toString());
                    })
                    .toList();
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<MetadataLine> lines(Path file) {
        List<MetadataLine> all = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, charset(file))) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    all.add(parse(file.resolveSibling("%s, line %d".formatted(FILE, number)), line));
                }
                number++;
            }
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
        return all;
    }

    private static Charset charset(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Captions.isUtf16(in.readNBytes(2)) ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        }
    }

    /**
     * Parses one line. Names as Windows writes them, with backslashes, are those of the same files.
     *
     * @param place the file and the line, for messages
     */
    private static MetadataLine parse(Path place, String line) {
        JsonObject json = Json.parse(place, line.getBytes(StandardCharsets.UTF_8));
        String name = required(json, FILE_NAME).replace('\\', '/');
        String text = json.optionalString(TEXT)
                .or(() -> json.optionalString(CAPTION))
                .orElseThrow(() -> json.invalid(TEXT, "is missing"));
        MetadataLine metadata = new MetadataLine(name.startsWith("./") ? name.substring(2) : name, text);
        json.sibling(metadata.fileName);
        return metadata;
    }

    private static String required(JsonObject json, String key) {
        return json.optionalString(key).orElseThrow(() -> json.invalid(key, "is missing"));
    }

    /** Returns the line as JSON. */
    String line() {
        return Json.MAPPER
                .createObjectNode()
                .put(FILE_NAME, fileName)
                .put(TEXT, text)
                .toString();
    }
}

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
 * A line of {@value #FILE}, or a row of {@value #TABLE}: a picture and its captions.
 *
 * @param fileName the path of the picture, relative to the folder of the metadata and inside it, with {@code /} between
 *     folders
 * @param captions the captions as they stand in the file; some or all may be blank
 */
record MetadataLine(String fileName, List<String> captions) {
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
                        Path place = file.resolveSibling("%s, line %d".formatted(TABLE, row.line()));
                        return of(Json.of(place, json).lenient()); // A list of captions stands there in JSON.
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
                    Path place = file.resolveSibling("%s, line %d".formatted(FILE, number));
                    all.add(of(Json.parse(place, line.getBytes(StandardCharsets.UTF_8))));
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

    /** Reads one line. Names as Windows writes them, with backslashes, are those of the same files. */
    private static MetadataLine of(JsonObject json) {
        String name = json.optionalString(FILE_NAME)
                .orElseThrow(() -> json.invalid(FILE_NAME, "is missing"))
                .replace('\\', '/');
        List<String> captions = Captions.at(json, TEXT)
                .or(() -> Captions.at(json, CAPTION))
                .orElseThrow(() -> json.invalid(TEXT, "is missing"));
        MetadataLine metadata = new MetadataLine(name.startsWith("./") ? name.substring(2) : name, captions);
        json.sibling(metadata.fileName);
        return metadata;
    }

    /** Returns the line as JSON, with a list only if there are several captions. */
    String line() {
        ObjectNode line = Json.MAPPER.createObjectNode().put(FILE_NAME, fileName);
        if (captions.size() == 1) {
            line.put(TEXT, captions.getFirst());
        } else {
            captions.forEach(line.putArray(TEXT)::add);
        }
        return line.toString();
    }
}

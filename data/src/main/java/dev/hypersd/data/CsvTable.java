package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads comma-separated values (RFC 4180): a first line with the names of the columns; values that contain commas, line
 * breaks or quotes are in quotes, and quotes within them are doubled.
 */
final class CsvTable {
    private final Path file;
    private final String text;
    private int place;
    private int line = 1;

    private CsvTable(Path file, String text) {
        this.file = file;
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /**
     * A row.
     *
     * @param line the number of its first line in the file
     * @param values by the names of their columns
     */
    record Row(int line, Map<String, String> values) {}

    /**
     * Reads all rows after the first. Empty lines are ignored.
     *
     * @throws InvalidFileException if a quote is not closed, or a row has more or fewer values than there are columns
     */
    static List<Row> read(Path file, String text) {
        CsvTable table = new CsvTable(file, text);
        List<String> columns = table.row();
        List<Row> rows = new ArrayList<>();
        while (table.place < table.text.length()) {
            int line = table.line;
            List<String> values = table.row();
            if (values.equals(List.of(""))) {
                continue;
            }
            if (values.size() != columns.size()) {
                throw new InvalidFileException(
                        file,
                        "line %d has %d values, and there are %d columns; put values with commas into quotes"
                                .formatted(line, values.size(), columns.size()));
            }
            Map<String, String> named = new LinkedHashMap<>();
            for (int i = 0; i < values.size(); i++) {
                named.put(columns.get(i).strip(), values.get(i));
            }
            rows.add(new Row(line, named));
        }
        return rows;
    }

    private List<String> row() {
        List<String> values = new ArrayList<>();
        while (true) {
            values.add(value());
            if (place == text.length()) {
                return values;
            }
            char next = text.charAt(place++);
            if (next != ',') {
                place += next == '\r' && place < text.length() && text.charAt(place) == '\n' ? 1 : 0;
                line++;
                return values;
            }
        }
    }

    private String value() {
        return place < text.length() && text.charAt(place) == '"' ? quoted() : plain();
    }

    private String plain() {
        int begin = place;
        while (place < text.length() && ",\r\n".indexOf(text.charAt(place)) < 0) {
            place++;
        }
        return text.substring(begin, place);
    }

    private String quoted() {
        int first = line;
        StringBuilder value = new StringBuilder();
        for (place++; place < text.length(); place++) {
            char next = text.charAt(place);
            if (next == '"') {
                place++;
                if (place == text.length() || text.charAt(place) != '"') {
                    return value + plain();
                }
            }
            line += next == '\n' ? 1 : 0;
            value.append(next);
        }
        throw new InvalidFileException(file, "has a quote in line %d that is not closed".formatted(first));
    }
}

package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits comma-separated values (RFC 4180) into cells. A cell in quotes may contain commas, line breaks and doubled
 * quotes. Lines may end as on any system; lines with nothing in them do not count.
 */
final class Csv {
    private static final char QUOTE = '"';

    private final Path file;
    private final String text;
    private final List<Line> lines = new ArrayList<>();
    private List<String> cells = new ArrayList<>();
    private int position;
    private int line = 1;

    /** The line on which the present cells begin. */
    private int begin = 1;

    private Csv(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /**
     * The cells of a line.
     *
     * @param number the number of the line in the file on which it begins, from 1
     */
    record Line(int number, List<String> cells) {}

    /**
     * Splits {@code text}.
     *
     * @param file its origin, for messages
     * @throws InvalidFileException if a quote is not closed, or something follows a closed one
     */
    static List<Line> lines(Path file, String text) {
        Csv csv = new Csv(file, text);
        csv.read();
        return csv.lines;
    }

    private void read() {
        while (position < text.length()) {
            begin = cells.isEmpty() ? line : begin;
            cells.add(text.charAt(position) == QUOTE ? quoted() : plain());
            if (position < text.length() && text.charAt(position) == ',') {
                position++;
                if (position == text.length()) {
                    cells.add("");
                }
            } else {
                endOfLine();
                if (cells.size() > 1 || !cells.getFirst().isBlank()) {
                    lines.add(new Line(begin, cells));
                }
                cells = new ArrayList<>();
            }
        }
        if (!cells.isEmpty()) {
            lines.add(new Line(begin, cells));
        }
    }

    private String plain() {
        int begin = position;
        while (position < text.length() && ",\r\n".indexOf(text.charAt(position)) < 0) {
            position++;
        }
        return text.substring(begin, position);
    }

    private String quoted() {
        int first = line;
        StringBuilder cell = new StringBuilder();
        for (position++; position < text.length(); position++) {
            char c = text.charAt(position);
            if (c == QUOTE && position + 1 < text.length() && text.charAt(position + 1) == QUOTE) {
                position++;
            } else if (c == QUOTE) {
                position++;
                if (position < text.length() && ",\r\n".indexOf(text.charAt(position)) < 0) {
                    throw new InvalidFileException(
                            file, "line %d: a comma must follow a closing quote; double quotes inside".formatted(line));
                }
                return cell.toString();
            } else if (c == '\n') {
                line++;
            }
            cell.append(c);
        }
        throw new InvalidFileException(file, "line %d: a quote is opened and not closed".formatted(first));
    }

    private void endOfLine() {
        if (position < text.length()) {
            boolean isPair = text.startsWith("\r\n", position);
            position += isPair ? 2 : 1;
            line++;
        }
    }
}

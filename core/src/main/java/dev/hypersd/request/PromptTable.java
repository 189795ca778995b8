package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.PromptFile.Entry;
import dev.hypersd.request.PromptFile.Rejected;
import dev.hypersd.request.PromptFile.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads prompts in comma-separated values, whose first line names the options in the columns. */
final class PromptTable {
    private static final Map<String, Option<?>> OPTIONS =
            Option.all().stream().collect(Collectors.toMap(Option::key, Function.identity()));

    private final List<Csv.Line> lines;
    private final List<String> columns;

    /**
     * Reads the names of the columns.
     *
     * @param unknown receives those that are no options
     * @throws InvalidFileException if there is no column {@code prompt}, or two have one name
     */
    PromptTable(Path file, List<Csv.Line> lines, Set<String> unknown) {
        this.lines = lines;
        this.columns = lines.isEmpty()
                ? List.of()
                : lines.getFirst().cells().stream().map(String::strip).toList();
        if (!columns.isEmpty() && !columns.contains(Option.PROMPT.key())) {
            throw new InvalidFileException(
                    file,
                    "has no column \"prompt\"; its first line must name the columns, and is: "
                            + Format.shortened(String.join(", ", columns)));
        }
        Set<String> names = new HashSet<>();
        for (String name : columns) {
            if (!names.add(name)) {
                throw new InvalidFileException(file, "has two columns \"%s\"".formatted(name));
            }
        }
        columns.stream().filter(name -> !OPTIONS.containsKey(name)).forEach(unknown::add);
    }

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        lines.stream().skip(1).forEach(line -> rows.add(row(line)));
        return rows;
    }

    private Row row(Csv.Line line) {
        String place = "line " + line.number();
        if (line.cells().size() != columns.size()) {
            return new Rejected("%s has %d cells, and there are %d columns"
                    .formatted(place, line.cells().size(), columns.size()));
        }
        try {
            GenerationOptions.Builder options = GenerationOptions.builder();
            for (int i = 0; i < columns.size(); i++) {
                String cell = line.cells().get(i).strip();
                Option<?> option = OPTIONS.get(columns.get(i));
                if (option != null && !cell.isEmpty()) {
                    options.parse(option, cell);
                }
            }
            GenerationOptions read = options.build();
            return read.has(Option.PROMPT) ? new Entry(read, Optional.empty()) : new Rejected(place + " has no prompt");
        } catch (InvalidRequestException | InvalidFileException e) {
            return new Rejected(place + ": " + e.getMessage());
        }
    }
}

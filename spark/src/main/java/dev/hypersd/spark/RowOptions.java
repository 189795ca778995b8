package dev.hypersd.spark;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Reads the options of a picture from a row, whose columns have the names of {@link Option}. */
final class RowOptions {
    private RowOptions() {}

    /**
     * Returns the options in {@code row}; empty cells set nothing.
     *
     * @param promptColumn the column of the prompt
     * @param optionsColumn the column of whole descriptions in JSON, over which the other columns prevail; or empty
     * @throws InvalidRequestException if a cell is not a value of its option, or there is no prompt
     */
    static GenerationOptions of(Row row, String promptColumn, String optionsColumn) {
        GenerationOptions whole = optionsColumn.isEmpty()
                ? GenerationOptions.NONE
                : text(row, optionsColumn).map(GenerationOptions::parse).orElse(GenerationOptions.NONE);
        GenerationOptions.Builder cells = GenerationOptions.builder();
        for (Option<?> option : columns(row.schema())) {
            text(row, option.key()).ifPresent(text -> cells.parse(option, text));
        }
        if (row.schema().getFieldIndex(promptColumn).isDefined()) {
            text(row, promptColumn).ifPresent(cells::prompt);
        }
        GenerationOptions options = cells.build().over(whole);
        if (!options.has(Option.PROMPT)) {
            throw new InvalidRequestException("the row has no prompt in the column \"%s\"".formatted(promptColumn));
        }
        return options;
    }

    /** Returns the options, except the prompt, that columns of {@code schema} are named after. */
    static List<Option<?>> columns(StructType schema) {
        List<String> names = List.of(schema.fieldNames());
        List<Option<?>> options = new ArrayList<>();
        Option.all().stream()
                .filter(option -> option != Option.PROMPT && names.contains(option.key()))
                .forEach(options::add);
        return options;
    }

    private static Optional<String> text(Row row, String column) {
        Object value = row.get(row.fieldIndex(column));
        if (value == null) {
            return Optional.empty();
        }
        String text = value instanceof Seq<?> several
                ? CollectionConverters.asJava(several).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(","))
                : value.toString();
        return Optional.of(text).filter(found -> !found.isBlank());
    }
}

package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads prompts from Parquet, a file or a folder of files: {@code prompt} and columns named as {@link Option}. */
final class ParquetPrompts {
    private static final Pattern FORM =
            Pattern.compile("(.+\\.parquet)/?(?::([1-9]\\d{0,6}))?", Pattern.CASE_INSENSITIVE);
    private static final int MOST = 1_000_000;

    private ParquetPrompts() {}

    /** Returns whether {@code FILE} or {@code FILE:N} names Parquet. */
    static boolean names(String text) {
        return FORM.matcher(text).matches();
    }

    /**
     * Reads the prompts that {@code FILE} or {@code FILE:N} names, all or the first N. A row that cannot be read is
     * kept as rejected and hinders no other.
     *
     * @throws InvalidFileException if it does not exist, has no column of prompts, no rows, fewer than N, or more than
     *     a million
     */
    static PromptFile read(JavaSparkContext spark, String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InvalidRequestException(text + " does not name Parquet");
        }
        Path file = Path.of(form.group(1));
        if (!Files.exists(file)) {
            throw new InvalidFileException(file, "not found");
        }
        Dataset<Row> table = SparkSession.builder()
                .sparkContext(spark.sc())
                .getOrCreate()
                .read()
                .parquet(file.toString());
        Set<String> unknown = new TreeSet<>(Arrays.asList(table.columns()));
        if (!unknown.contains(Option.PROMPT.key())) {
            throw new InvalidFileException(
                    file, "has no column \"%s\"; there are %s".formatted(Option.PROMPT.key(), unknown));
        }
        unknown.removeAll(Option.all().stream().map(Option::key).collect(Collectors.toSet()));
        Optional<Integer> first = Optional.ofNullable(form.group(2)).map(Integer::valueOf);
        List<Row> rows = table.drop(unknown.toArray(String[]::new)).takeAsList(first.orElse(MOST + 1));
        if (rows.isEmpty()) {
            throw new InvalidFileException(file, "has no prompts");
        }
        if (rows.size() > MOST) {
            throw new InvalidFileException(file, "has more than %d prompts".formatted(MOST));
        }
        if (first.isPresent() && rows.size() < first.get()) {
            throw new InvalidFileException(file, "has %d prompts, not %d".formatted(rows.size(), first.get()));
        }
        List<PromptFile.Row> prompts = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            prompts.add(prompt(rows.get(i), i + 1));
        }
        return new PromptFile(
                file,
                Optional.empty(),
                prompts,
                unknown.isEmpty()
                        ? List.of()
                        : List.of("%s: columns that are not options have no effect: %s"
                                .formatted(file, String.join(", ", unknown))));
    }

    private static PromptFile.Row prompt(Row row, int number) {
        try {
            return new PromptFile.Entry(RowOptions.of(row, Option.PROMPT.key(), ""), Optional.empty());
        } catch (HyperSdException e) {
            return new PromptFile.Rejected("row %d: %s".formatted(number, e.getMessage()));
        }
    }
}

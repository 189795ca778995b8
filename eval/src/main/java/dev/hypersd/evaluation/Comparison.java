package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeAccuracy.Group;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A table of the results of several methods, followed by those of the test scenes.
 *
 * @param rows the results of each method in each number of steps
 * @param reconstruction the result of the test scenes after the model's autoencoder has encoded and decoded them
 * @param groundTruth the result of the test scenes themselves
 */
public record Comparison(List<Row> rows, EvaluationResult reconstruction, EvaluationResult groundTruth) {
    private static final String MEANINGS = """
            *Attribute accuracy* is the share of the attributes named by the prompts that the images show, over all
            prompts, those with a *single object*, with *two objects*, and with a combination of kind and colour that no
            training image shows (*held out*). *FID* is the distance to as many other test scenes, on features of the
            attribute reader; lower is better. *Diversity* is the mean distance between the features of four images of
            one prompt. *Teacher MSE* is the mean squared error, of pixels from -1 to 1, to what the first method draws
            of the same prompt and noise in the first of its numbers of steps. *Ground truth* are the test scenes
            themselves, *reconstruction* the same after the model's autoencoder.
            """;

    /**
     * The results of a method in one number of steps.
     *
     * @param seeds the result of each seed, at least one
     */
    public record Row(String method, int steps, List<EvaluationResult> seeds) {
        public Row {
            seeds = List.copyOf(seeds);
        }

        /** Returns the mean of a metric over the seeds. */
        double mean(ToDoubleFunction<EvaluationResult> figure) {
            return seeds.stream().mapToDouble(figure).average().orElseThrow();
        }

        /** Returns the sample standard deviation of a metric over the seeds; empty for one seed. */
        OptionalDouble deviation(ToDoubleFunction<EvaluationResult> figure) {
            if (seeds.size() < 2) {
                return OptionalDouble.empty();
            }
            double mean = mean(figure);
            double squares = seeds.stream()
                    .mapToDouble(figure)
                    .map(value -> (value - mean) * (value - mean))
                    .sum();
            return OptionalDouble.of(Math.sqrt(squares / (seeds.size() - 1)));
        }
    }

    /** A column: its title, the number of decimal places, and the metric. */
    private record Column(String title, int digits, ToDoubleFunction<EvaluationResult> figure) {
        static final Column TIME =
                new Column("ms per image", 0, result -> result.milliseconds().orElse(Double.NaN));

        static Column of(Score score) {
            return new Column(score.title(), score.digits(), result -> result.mean(score));
        }

        static Column of(String title, Group group) {
            return new Column(
                    title, 3, result -> result.accuracy().attributes(group).value());
        }

        String number(double value) {
            return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + digits + "f", value);
        }

        String of(Row row) {
            String mean = number(row.mean(figure));
            return mean.isEmpty() || row.deviation(figure).isEmpty()
                    ? mean
                    : mean + " ± " + number(row.deviation(figure).getAsDouble());
        }
    }

    /** Returns all columns; those of scores are the ones whose judges exist. */
    private List<Column> columns() {
        return Stream.of(
                        Stream.of(
                                Column.of("attribute accuracy", Group.ALL),
                                Column.of("single object", Group.SINGLE_OBJECT),
                                Column.of("two objects", Group.TWO_OBJECTS),
                                Column.of("held out", Group.HELD_OUT)),
                        groundTruth.scores().keySet().stream().map(Column::of),
                        Stream.of(
                                new Column("FID", 2, EvaluationResult::fid),
                                new Column(
                                        "diversity",
                                        2,
                                        result -> result.diversity().orElse(Double.NaN)),
                                new Column(
                                        "teacher MSE",
                                        4,
                                        result -> result.teacherError().orElse(Double.NaN)),
                                Column.TIME))
                .flatMap(columns -> columns)
                .toList();
    }

    public Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * Returns the table in Markdown: means, and the standard deviation over the seeds where there are several, followed
     * by explanations of the columns and warnings.
     */
    public String markdown() {
        List<Column> columns = columns();
        List<String> lines = new ArrayList<>();
        lines.add(line("", "steps", columns.stream().map(column -> column.title)));
        lines.add(line("---", "---:", columns.stream().map(column -> "---:")));
        for (Row row : rows) {
            lines.add(line(
                    row.method(),
                    Integer.toString(row.steps()),
                    columns.stream().map(column -> column.of(row))));
        }
        Map<String, EvaluationResult> references = new LinkedHashMap<>();
        references.put("reconstruction", reconstruction);
        references.put("ground truth", groundTruth);
        references.forEach((name, result) -> lines.add(line(
                name,
                "",
                columns.stream()
                        .map(column ->
                                column == Column.TIME ? "" : column.number(column.figure.applyAsDouble(result))))));
        lines.add("");
        lines.addAll(MEANINGS.lines().toList());
        Report.warnings(groundTruth).forEach(warning -> lines.addAll(List.of("", "Warning: " + warning + ".")));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String line(String first, String second, Stream<String> cells) {
        return Stream.concat(Stream.of(first, second), cells).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Returns the results of every seed as JSON: an array of objects whose keys are the column titles. */
    public String json() {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (Row row : rows) {
            for (EvaluationResult result : row.seeds()) {
                ObjectNode node = all.addObject().put("method", row.method()).put("steps", row.steps());
                for (Column column : columns()) {
                    node.put(column.title, column.figure.applyAsDouble(result));
                }
            }
        }
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }
}

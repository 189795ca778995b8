package dev.hypersd.evaluation;

import dev.hypersd.evaluation.Judgement.Score;
import dev.hypersd.json.Json;
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
 * The results of several methods in one table, with those of the test scenes below them.
 *
 * @param rows one for each method and number of steps
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
     * A method in one number of steps.
     *
     * @param seeds the result of each seed, at least one
     */
    public record Row(String method, int steps, List<EvaluationResult> seeds) {
        public Row {
            seeds = List.copyOf(seeds);
        }

        /** The mean of a figure over the seeds. */
        double mean(ToDoubleFunction<EvaluationResult> figure) {
            return seeds.stream().mapToDouble(figure).average().orElseThrow();
        }

        /** The sample standard deviation of a figure over the seeds; absent for one seed. */
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

    /** The columns by their titles, with the number of decimal places that each is printed with. */
    private enum Column {
        ATTRIBUTES(
                "attribute accuracy",
                3,
                result -> result.accuracy().attributes(Group.ALL).value()),
        SINGLE(
                "single object",
                3,
                result -> result.accuracy().attributes(Group.SINGLE_OBJECT).value()),
        TWO(
                "two objects",
                3,
                result -> result.accuracy().attributes(Group.TWO_OBJECTS).value()),
        HELD_OUT(
                "held out",
                3,
                result -> result.accuracy().attributes(Group.HELD_OUT).value()),
        CLIP(Score.CLIP.title(), 2, result -> result.mean(Score.CLIP)),
        AESTHETIC(Score.AESTHETIC.title(), 2, result -> result.mean(Score.AESTHETIC)),
        PREFERENCE(Score.PREFERENCE.title(), 2, result -> result.mean(Score.PREFERENCE)),
        FID("FID", 2, EvaluationResult::fid),
        DIVERSITY("diversity", 2, result -> result.diversity().orElse(Double.NaN)),
        TEACHER_MSE("teacher MSE", 4, result -> result.teacherError().orElse(Double.NaN)),
        TIME("ms per image", 0, EvaluationResult::milliseconds);

        private final String title;
        private final int digits;
        private final ToDoubleFunction<EvaluationResult> figure;

        Column(String title, int digits, ToDoubleFunction<EvaluationResult> figure) {
            this.title = title;
            this.digits = digits;
            this.figure = figure;
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

    public Comparison {
        rows = List.copyOf(rows);
    }

    /**
     * The table in Markdown: means, and the standard deviation over the seeds where there are several. What the columns
     * mean stands below it, and so do warnings.
     */
    public String markdown() {
        List<Column> columns = Stream.of(Column.values()).toList();
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

    /** The results of every seed, an array of objects whose keys are the column titles. */
    public String json() {
        ArrayNode all = Json.MAPPER.createArrayNode();
        for (Row row : rows) {
            for (EvaluationResult result : row.seeds()) {
                ObjectNode node = all.addObject().put("method", row.method()).put("steps", row.steps());
                for (Column column : Column.values()) {
                    node.put(column.title, column.figure.applyAsDouble(result));
                }
            }
        }
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }
}

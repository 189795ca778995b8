package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import dev.hypersd.metric.AttributeAccuracy.Group;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Methods side by side, and what they are measured against: one table like the paper's second. */
public record Comparison(List<Standing> standings, Figures autoencoder, Figures data) {
    /** Figures by their names, with how many digits they are worth. */
    private enum Column {
        CLAIMS(
                "claims right",
                3,
                figures -> figures.accuracy().claims(Group.ALL).value()),
        SINGLE(
                "one thing",
                3,
                figures -> figures.accuracy().claims(Group.SINGLE).value()),
        TWO("two things", 3, figures -> figures.accuracy().claims(Group.TWO).value()),
        HELD_OUT(
                "held out",
                3,
                figures -> figures.accuracy().claims(Group.HELD_OUT).value()),
        CLIP("CLIP", 2, figures -> figures.means().getOrDefault(Measure.CLIP, Double.NaN)),
        AESTHETIC("aesthetic", 2, figures -> figures.means().getOrDefault(Measure.AESTHETIC, Double.NaN)),
        PREFERENCE("preference", 2, figures -> figures.means().getOrDefault(Measure.PREFERENCE, Double.NaN)),
        FID("FID", 2, Figures::frechet),
        DIVERSITY("diversity", 2, figures -> figures.diversity().orElse(Double.NaN)),
        TRAJECTORY("trajectory", 4, figures -> figures.trajectory().orElse(Double.NaN)),
        TIME("ms", 0, Figures::milliseconds);

        private final String title;
        private final int digits;
        private final ToDoubleFunction<Figures> figure;

        Column(String title, int digits, ToDoubleFunction<Figures> figure) {
            this.title = title;
            this.digits = digits;
            this.figure = figure;
        }

        String number(double value) {
            return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + digits + "f", value);
        }

        String of(Standing standing) {
            String mean = number(standing.mean(figure));
            return mean.isEmpty() || standing.deviation(figure).isEmpty()
                    ? mean
                    : mean + " ± " + number(standing.deviation(figure).getAsDouble());
        }
    }

    public Comparison {
        standings = List.copyOf(standings);
    }

    /** The table in Markdown: means, and the deviation over seeds where there are several. */
    public String markdown() {
        List<Column> columns = Stream.of(Column.values()).toList();
        List<String> lines = new ArrayList<>();
        lines.add(line("", "steps", columns.stream().map(column -> column.title)));
        lines.add(line("---", "---:", columns.stream().map(column -> "---:")));
        for (Standing standing : standings) {
            lines.add(line(
                    standing.method(),
                    Integer.toString(standing.steps()),
                    columns.stream().map(column -> column.of(standing))));
        }
        Map<String, Figures> references = new LinkedHashMap<>();
        references.put("the data, after the autoencoder", autoencoder);
        references.put("the data", data);
        references.forEach((name, figures) -> lines.add(line(
                name,
                "",
                columns.stream()
                        .map(column ->
                                column == Column.TIME ? "" : column.number(column.figure.applyAsDouble(figures))))));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String line(String first, String second, Stream<String> cells) {
        return Stream.concat(Stream.of(first, second), cells).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** The figures of every seed. */
    public String json() {
        ArrayNode rows = Json.MAPPER.createArrayNode();
        for (Standing standing : standings) {
            for (Figures figures : standing.seeds()) {
                ObjectNode row =
                        rows.addObject().put("method", standing.method()).put("steps", standing.steps());
                for (Column column : Column.values()) {
                    row.put(column.title, column.figure.applyAsDouble(figures));
                }
            }
        }
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(rows);
    }
}

package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A table of the results of several methods.
 *
 * @param rows the results of each contestant
 * @param baseline the name of the one that the others are compared with
 * @param beside further results below those of the methods, by their names
 * @param protocol how the figures came about
 * @param notes further sentences below the table
 */
public record Comparison(
        List<Row> rows,
        String baseline,
        SequencedMap<String, EvaluationResult> beside,
        Protocol protocol,
        List<String> notes) {
    /**
     * The results of a contestant.
     *
     * @param contestant the contestant
     * @param seeds the result of each seed, at least one
     * @param differences the differences from the baseline; empty for the baseline itself
     */
    public record Row(
            Contestant contestant, List<EvaluationResult> seeds, SequencedMap<Figure, PairedDifference> differences) {
        public Row {
            seeds = List.copyOf(seeds);
        }

        /** Returns the number of prompts that were drawn. */
        int pictures() {
            return seeds.getFirst().pictures();
        }

        /** Returns the mean of a figure over the seeds; empty if it was not measured. */
        OptionalDouble mean(Figure figure) {
            return seeds.stream()
                    .map(result -> result.figures().get(figure))
                    .flatMap(Stream::ofNullable)
                    .mapToDouble(value -> value)
                    .average();
        }

        /** Returns the sample standard deviation of a figure over the seeds; empty for one seed. */
        OptionalDouble deviation(Figure figure) {
            if (seeds.size() < 2 || mean(figure).isEmpty()) {
                return OptionalDouble.empty();
            }
            double mean = mean(figure).getAsDouble();
            double squares = seeds.stream()
                    .map(result -> result.figures().get(figure))
                    .flatMap(Stream::ofNullable)
                    .mapToDouble(value -> (value - mean) * (value - mean))
                    .sum();
            return OptionalDouble.of(Math.sqrt(squares / (seeds.size() - 1)));
        }
    }

    /** Explanations of figures by their titles. */
    private static final Map<String, String> MEANINGS = meanings();

    public Comparison {
        rows = List.copyOf(rows);
        beside = new LinkedHashMap<>(beside);
        notes = List.copyOf(notes);
    }

    private static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put("attribute accuracy", """
            *Attribute accuracy* is the share of the attributes named by the prompts that the images show, over all
            prompts, those with a *single object*, with *two objects*, and with a combination of kind and colour
            that no training image shows (*held out*).\
            """);
        meanings.put("FID", "*FID* is measured on features of the attribute reader.");
        meanings.put("PickScore", """
            *PickScore* is a cosine times the logit scale of its network, near 20; Hyper-SD's paper prints a
            hundredth of it.\
            """);
        meanings.put(
                "diversity", "*Diversity* is the mean distance between the features of four images of one prompt.");
        meanings.put("teacher MSE", """
            *Teacher MSE* is the mean squared error, of pixels from -1 to 1, to what the first method draws of the
            same prompt and noise in the first of its numbers of steps.\
            """);
        return meanings;
    }

    /** All figures, the time last. */
    private List<Figure> figures() {
        Set<Figure> figures = new LinkedHashSet<>();
        Stream.concat(rows.stream().flatMap(row -> row.seeds().stream()), beside.values().stream())
                .flatMap(result -> result.figures().keySet().stream())
                .filter(figure -> !figure.isDetail() && !figure.equals(Measurement.TIME))
                .forEach(figures::add);
        figures.add(Measurement.TIME);
        return List.copyOf(figures);
    }

    /**
     * Returns the report in Markdown: a table of means, with the standard deviation over the seeds where there are
     * several; a table of differences from the baseline with their standard errors; explanations of the columns; the
     * protocol; and warnings.
     */
    public String markdown() {
        List<Figure> figures = figures();
        List<String> lines = new ArrayList<>();
        lines.add(line("", "steps", figures.stream().map(Figure::title)));
        lines.add(line("---", "---:", figures.stream().map(_ -> "---:")));
        for (Row row : rows) {
            lines.add(line(
                    row.contestant().name(),
                    Integer.toString(row.contestant().steps()),
                    figures.stream().map(figure -> cell(row, figure))));
        }
        beside.forEach((name, result) -> lines.add(line(
                name,
                "",
                figures.stream()
                        .map(figure -> figure.equals(Measurement.TIME)
                                        || !result.figures().containsKey(figure)
                                ? ""
                                : figure.format(result.figures().get(figure))))));
        lines.addAll(differences());
        lines.add("");
        MEANINGS.forEach((title, meaning) -> {
            if (figures.stream().anyMatch(figure -> figure.title().equals(title))) {
                lines.addAll(meaning.lines().toList());
            }
        });
        lines.add("Distances: lower is better. Figures of different protocols cannot be compared; this one's is:");
        lines.add("");
        lines.add(protocol.markdown());
        lines.add("- methods, each with the size of its pictures, model, sampler, steps and guidance scale:");
        rows.forEach(row -> lines.add("  - %s: %s, %s"
                .formatted(row.contestant().name(), row.contestant().size(), row.contestant())));
        warnings().forEach(warning -> lines.addAll(List.of("", "Warning: " + warning + ".")));
        notes.forEach(note -> lines.addAll(List.of("", note)));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String cell(Row row, Figure figure) {
        OptionalDouble mean = row.mean(figure);
        OptionalDouble deviation = row.deviation(figure);
        return mean.isEmpty()
                ? ""
                : figure.format(mean.getAsDouble())
                        + (deviation.isEmpty() ? "" : " ± " + figure.format(deviation.getAsDouble()));
    }

    private List<String> differences() {
        List<Figure> figures = rows.stream()
                .flatMap(row -> row.differences().keySet().stream())
                .distinct()
                .toList();
        if (figures.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Differences from %s over the same prompts and seeds, with standard errors:".formatted(baseline));
        lines.add("");
        lines.add(line(
                "",
                "steps",
                Stream.concat(Stream.of("prompts"), figures.stream().map(Figure::title))));
        lines.add(line(
                "---", "---:", Stream.concat(Stream.of("---:"), figures.stream().map(_ -> "---:"))));
        for (Row row : rows) {
            if (!row.differences().isEmpty()) {
                lines.add(line(
                        row.contestant().name(),
                        Integer.toString(row.contestant().steps()),
                        Stream.concat(
                                Stream.of(Integer.toString(row.pictures())),
                                figures.stream().map(figure -> difference(row, figure)))));
            }
        }
        return lines;
    }

    private static String difference(Row row, Figure figure) {
        PairedDifference difference = row.differences().get(figure);
        return difference == null
                ? ""
                : "%s ± %s"
                        .formatted(
                                figure.formatDifference(difference.mean()), figure.format(difference.standardError()));
    }

    /** Each once, with the contestants of whose pictures it is true if these are not all. */
    private List<String> warnings() {
        SequencedMap<String, Set<String>> contestants = new LinkedHashMap<>();
        rows.forEach(row -> row.seeds().stream()
                .flatMap(result -> result.warnings().stream())
                .forEach(warning -> contestants
                        .computeIfAbsent(warning, _ -> new LinkedHashSet<>())
                        .add(row.contestant().title())));
        return contestants.entrySet().stream()
                .map(entry -> entry.getValue().size() == rows.size()
                        ? entry.getKey()
                        : "%s: %s".formatted(String.join(", ", entry.getValue()), entry.getKey()))
                .toList();
    }

    private static String line(String first, String second, Stream<String> cells) {
        return Stream.concat(Stream.of(first, second), cells).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** Returns everything as JSON: the protocol, each method with the results of every seed, and the differences. */
    public String json() {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.set("protocol", protocol.json());
        root.put("baseline", baseline);
        ArrayNode all = root.putArray("methods");
        for (Row row : rows) {
            ObjectNode node = all.addObject()
                    .put("method", row.contestant().name())
                    .put("steps", row.contestant().steps())
                    .put("subject", row.contestant().toString())
                    .put("pictures", row.pictures());
            ArrayNode seeds = node.putArray("seeds");
            for (int i = 0; i < row.seeds().size(); i++) {
                ObjectNode seed = seeds.addObject().put("seed", protocol.seeds().get(i));
                row.seeds().get(i).figures().forEach((figure, value) -> seed.put(figure.title(), value));
            }
            ObjectNode differences = node.putObject("differences");
            row.differences()
                    .forEach((figure, difference) -> differences
                            .putObject(figure.title())
                            .put("mean", difference.mean())
                            .put("standard_error", difference.standardError())
                            .put("prompts", difference.prompts()));
        }
        ObjectNode others = root.putObject("beside");
        beside.forEach((name, result) -> {
            ObjectNode node = others.putObject(name);
            result.figures().forEach((figure, value) -> node.put(figure.title(), value));
        });
        warnings().forEach(root.putArray("warnings")::add);
        notes.forEach(root.withArray("notes")::add);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}

package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeCheck.Attribute;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of a model with those of the reconstruction and the ground truth, which show the best that the model and
 * the judges could reach.
 *
 * @param subject a description that identifies the model's pictures
 * @param model the result of the pictures that the model draws for the test prompts
 * @param reconstruction the result of the test scenes after the model's autoencoder has encoded and decoded them
 * @param groundTruth the result of the test scenes themselves, which have the attributes of their prompts by
 *     construction
 */
public record Report(
        String subject, EvaluationResult model, EvaluationResult reconstruction, EvaluationResult groundTruth) {
    private static final String MEANINGS = """

            model: the images that the model drew; reconstruction: the test scenes after the model's autoencoder;
            ground truth: the test scenes themselves, which show what their prompts say.
            attribute accuracy: the share of the attributes named by the prompts that the images show;
            correct images: the share of images that show all of them; both also over the prompts with a single object,
            with two objects, and with a combination of kind and colour that no training image shows (held out).
            FID and KID: distances to as many other test scenes, on features of the attribute reader, lower is better.
            diversity: the mean distance between the features of four images of one prompt.
            """;

    /** Returns the metrics as JSON: an object for each column of {@link #table}, and {@code warnings}, a list. */
    public String json() {
        ObjectNode node = Json.MAPPER.createObjectNode().put("subject", subject);
        warnings(model).forEach(node.withArray("warnings")::add);
        columns().forEach((name, rows) -> rows.forEach(node.putObject(name)::put));
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /**
     * Returns a table as text: a line for each metric, columns for the model, the reconstruction and the ground truth,
     * followed by explanations of the columns and warnings.
     */
    public String table() {
        Map<String, Map<String, Double>> columns = columns();
        Set<String> names = columns.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return Stream.of(
                        Stream.of(subject, line("", columns.keySet().stream())),
                        names.stream()
                                .map(name ->
                                        line(name, columns.values().stream().map(rows -> number(rows.get(name))))),
                        MEANINGS.lines(),
                        warnings(model).stream().map(warning -> "Warning: " + warning))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    /** Returns warnings about the metrics of {@code result} that are not reliable. */
    static List<String> warnings(EvaluationResult result) {
        return result.fidIsRankDeficient()
                ? List.of("""
                        the FID of %d images on %d features is rank-deficient and biased upwards; compare it with no \
                        other number of images, and draw more \
                        than %d for a sound one""".formatted(result.pictures(), result.features(), result.features()))
                : List.of();
    }

    private static String line(String name, Stream<String> values) {
        return "%-34s".formatted(name) + values.map("%16s"::formatted).collect(Collectors.joining());
    }

    private Map<String, Map<String, Double>> columns() {
        Map<String, Map<String, Double>> columns = new LinkedHashMap<>();
        Map<String, Double> ofModel = rows(model);
        model.milliseconds().ifPresent(time -> ofModel.put("ms per image", time));
        columns.put("model", ofModel);
        columns.put("reconstruction", rows(reconstruction));
        columns.put("ground truth", rows(groundTruth));
        return columns;
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static Map<String, Double> rows(EvaluationResult result) {
        Map<String, Double> rows = new LinkedHashMap<>();
        rows.put("images", (double) result.pictures());
        for (Group group : Group.values()) {
            put(
                    rows,
                    title("attribute accuracy", group),
                    result.accuracy().attributes(group).value());
        }
        for (Group group : Group.values()) {
            put(
                    rows,
                    title("correct images", group),
                    result.accuracy().images(group).value());
        }
        for (Attribute attribute : Attribute.values()) {
            put(rows, word(attribute), result.accuracy().of(attribute).value());
        }
        result.scores().forEach((score, mean) -> put(rows, score.title(), mean));
        rows.put("FID", result.fid());
        rows.put("KID", result.kid().mean());
        rows.put("KID deviation", result.kid().deviation());
        result.diversity().ifPresent(diversity -> rows.put("diversity", diversity));
        return rows;
    }

    private static void put(Map<String, Double> rows, String name, double value) {
        if (!Double.isNaN(value)) {
            rows.put(name, value);
        }
    }

    private static String title(String metric, Group group) {
        return group == Group.ALL ? metric : metric + ", " + word(group);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

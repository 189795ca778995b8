package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import dev.hypersd.metric.Attribute;
import dev.hypersd.metric.AttributeAccuracy.Group;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The figures of a model beside two others: those of its autoencoder, that is of the data after encoding and decoding, and those of the data,
 * what the judges say of pictures that are right by construction, and how far apart two sets of such pictures are.
 */
public record Report(String subject, Figures model, Figures autoencoder, Figures data) {
    /** The figures by name, an object for each column of {@link #table}. */
    public String json() {
        ObjectNode node = Json.MAPPER.createObjectNode().put("subject", subject);
        columns().forEach((name, rows) -> rows.forEach(node.putObject(name)::put));
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /** A table for people: a line for each figure, with the model's, the autoencoder's and the data's. */
    public String table() {
        Map<String, Map<String, Double>> columns = columns();
        Set<String> names = columns.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return Stream.concat(
                        Stream.of(line("", columns.keySet().stream())),
                        names.stream()
                                .map(name ->
                                        line(name, columns.values().stream().map(rows -> number(rows.get(name))))))
                .collect(Collectors.joining("\n", subject + "\n", ""));
    }

    private static String line(String name, Stream<String> values) {
        return "%-28s".formatted(name) + values.map("%12s"::formatted).collect(Collectors.joining());
    }

    private Map<String, Map<String, Double>> columns() {
        Map<String, Map<String, Double>> columns = new LinkedHashMap<>();
        Map<String, Double> ofModel = rows(model);
        ofModel.put("ms per picture", model.milliseconds());
        columns.put("model", ofModel);
        columns.put("autoencoder", rows(autoencoder));
        columns.put("data", rows(data));
        return columns;
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static Map<String, Double> rows(Figures figures) {
        Map<String, Double> rows = new LinkedHashMap<>();
        rows.put("pictures", (double) figures.pictures());
        for (Group group : Group.values()) {
            put(
                    rows,
                    "claims right: " + word(group),
                    figures.accuracy().claims(group).value());
        }
        for (Group group : Group.values()) {
            put(
                    rows,
                    "pictures right: " + word(group),
                    figures.accuracy().pictures(group).value());
        }
        for (Attribute attribute : Attribute.values()) {
            put(rows, word(attribute), figures.accuracy().of(attribute).value());
        }
        for (Measure measure : Measure.values()) {
            if (figures.means().containsKey(measure)) {
                rows.put(measure.title(), figures.means().get(measure));
            }
        }
        rows.put("fid", figures.frechet());
        rows.put("kid", figures.kernel().mean());
        rows.put("kid deviation", figures.kernel().deviation());
        figures.diversity().ifPresent(diversity -> rows.put("diversity", diversity));
        return rows;
    }

    private static void put(Map<String, Double> rows, String name, double value) {
        if (!Double.isNaN(value)) {
            rows.put(name, value);
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.json.Json;
import dev.hypersd.metric.Attribute;
import dev.hypersd.metric.AttributeAccuracy.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The figures of a model beside those of the data: what the judges say of pictures that are right by construction, and how far apart two
 * sets of such pictures are.
 */
public record Report(String subject, Figures model, Figures data) {
    /** The figures by name, one object for the model and one for the data. */
    public String json() {
        ObjectNode node = Json.MAPPER.createObjectNode().put("subject", subject);
        rows(model).forEach(node.putObject("model")::put);
        rows(data).forEach(node.putObject("data")::put);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /** Writes {@link #json} to {@code file}, which appears whole or not at all. */
    public void write(Path file) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(draft, json());
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** A table for people: a line for each figure, the model's beside the data's. */
    public String table() {
        Map<String, Double> ofData = rows(data);
        String lines = rows(model).entrySet().stream()
                .map(row -> "%-28s %10s %10s"
                        .formatted(row.getKey(), number(row.getValue()), number(ofData.get(row.getKey()))))
                .collect(Collectors.joining("\n"));
        return "%-28s %10s %10s\n%s".formatted(subject, "model", "data", lines);
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
        put(rows, "clip score", figures.clipScore());
        rows.put("fid", figures.frechet());
        rows.put("kid", figures.kernel().mean());
        rows.put("kid deviation", figures.kernel().deviation());
        put(rows, "diversity", figures.diversity());
        return rows;
    }

    private static void put(Map<String, Double> rows, String name, OptionalDouble value) {
        value.ifPresent(v -> rows.put(name, v));
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

package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of a model, with further results that show the best that the model and the judges could reach.
 *
 * @param subject a description that identifies the model's pictures
 * @param columns the figures of each column by their titles; the model's column is the first
 * @param protocol the conditions of the measurement
 * @param warnings sentences about figures that are not reliable
 */
public record Report(
        String subject,
        SequencedMap<String, SequencedMap<String, Double>> columns,
        Protocol protocol,
        List<String> warnings) {
    private static final String MODEL = "model";
    private static final String IMAGES = "images";
    private static final String SCENES = """

            model: the images that the model drew; reconstruction: the test scenes after the model's autoencoder;
            ground truth: the test scenes themselves, which show what their prompts say.
            attribute accuracy: the share of the attributes named by the prompts that the images show;
            correct images: the share of images that show all of them; both also over the prompts with a single object,
            with two objects, and with a combination of kind and colour that no training image shows (held out).
            diversity: the mean distance between the features of four images of one prompt.""";

    private static final String DATA = """

            model: the images that the model drew; data: the pictures that it was trained on, each for its own caption.
            copies: the share of images that are copies of a training picture: nearer to it than a third of the distance
            to the next one; nearest: the mean distance to the nearest training picture, where 1 is the distance of
            training pictures to the nearest other one.""";

    public Report {
        warnings = List.copyOf(warnings);
    }

    /** Returns the report of a model. */
    public static Report of(String subject, EvaluationResult model, ReferenceImages references, Protocol protocol) {
        SequencedMap<String, SequencedMap<String, Double>> columns = new LinkedHashMap<>();
        columns.put(MODEL, column(model));
        references.beside().forEach((name, result) -> {
            SequencedMap<String, Double> column = column(result);
            column.remove(Measurement.TIME.title());
            columns.put(name, column);
        });
        return new Report(subject, columns, protocol, model.warnings());
    }

    private static SequencedMap<String, Double> column(EvaluationResult result) {
        SequencedMap<String, Double> column = new LinkedHashMap<>();
        column.put(IMAGES, (double) result.pictures());
        result.figures().forEach((figure, value) -> column.put(figure.title(), value));
        return column;
    }

    /**
     * Returns the same report with a column for the model of an earlier one.
     *
     * @param file a {@code report.json}
     * @throws InvalidFileException if it is none
     * @throws InvalidRequestException if it is of another protocol; the message says in what they differ
     */
    public Report beside(Path file) {
        JsonNode other = read(file);
        List<String> differences = protocol.differences(other.path("protocol"));
        if (!differences.isEmpty()) {
            throw new InvalidRequestException("%s is of another protocol, and its figures cannot be compared: %s"
                    .formatted(file, String.join("; ", differences)));
        }
        SequencedMap<String, Double> column = new LinkedHashMap<>();
        other.path(MODEL)
                .properties()
                .forEach(entry -> column.put(entry.getKey(), entry.getValue().asDouble()));
        SequencedMap<String, SequencedMap<String, Double>> more = new LinkedHashMap<>(columns);
        more.put("beside", column);
        return new Report(subject + "\nbeside: " + other.path("subject").asString(""), more, protocol, warnings);
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode report = Json.MAPPER.readTree(Json.utf8(file, Files.readAllBytes(file)));
            if (report.path(MODEL).isObject() && report.path("protocol").isObject()) {
                return report;
            }
        } catch (IOException | JacksonException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
        throw new InvalidFileException(file, "is no report with a protocol; eval writes report.json");
    }

    /**
     * Returns the figures by their titles, an object for each column of {@link #table}, {@code protocol}, and
     * {@code warnings}, a list.
     */
    public String json() {
        ObjectNode node = Json.MAPPER.createObjectNode().put("subject", subject);
        node.set("protocol", protocol.json());
        warnings.forEach(node.withArray("warnings")::add);
        columns.forEach((name, rows) -> rows.forEach(node.putObject(name)::put));
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /**
     * Returns a table for people: a line for each figure, a column each for the model and what stands beside it, and
     * below it what they mean, the protocol, and warnings.
     */
    public String table() {
        Set<String> names = columns.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return Stream.of(
                        Stream.of(subject, line("", columns.keySet().stream())),
                        names.stream()
                                .map(name ->
                                        line(name, columns.values().stream().map(rows -> number(rows.get(name))))),
                        columns.containsKey(ReferenceImages.GROUND_TRUTH) ? SCENES.lines() : Stream.<String>empty(),
                        columns.containsKey(TrainingPictures.COLUMN) ? DATA.lines() : Stream.<String>empty(),
                        Stream.of("FID and KID are distances, lower is better. Protocol:", protocol.markdown()),
                        warnings.stream().map(warning -> "Warning: " + warning))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    private static String line(String name, Stream<String> values) {
        return "%-34s".formatted(name) + values.map("%16s"::formatted).collect(Collectors.joining());
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}

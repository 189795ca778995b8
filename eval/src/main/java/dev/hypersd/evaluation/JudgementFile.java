package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.file.LineFile;
import dev.hypersd.json.Json;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeCheck.Attribute;
import dev.hypersd.metric.AttributeCheck.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of judgements in JSON lines, whose first line identifies what was judged. A last line that is incomplete,
 * because the program was terminated, is ignored. Features are the Base64 form of little-endian 32-bit numbers.
 */
final class JudgementFile {
    private static final String FORMAT = "format";
    private static final int PRESENT_FORMAT = 4;
    private static final String SUBJECT = "subject";
    private static final String CORRECT = "correct";
    private static final String INCORRECT = "incorrect";
    private static final String SCORES = "scores";
    private static final String FEATURES = "features";
    private static final String TEACHER_ERROR = "teacher_error";
    private static final String MILLISECONDS = "milliseconds";

    private final LineFile file;

    private JudgementFile(LineFile file) {
        this.file = file;
    }

    /**
     * Opens the file, or creates it.
     *
     * @param subject a description that identifies what is judged
     * @throws InvalidRequestException if the file holds judgements of something else
     */
    static JudgementFile open(Path path, String subject) {
        JudgementFile judgements = new JudgementFile(new LineFile(path));
        List<String> lines = judgements.file.lines();
        if (lines.isEmpty()) {
            judgements.file.replace(List.of(Json.MAPPER
                    .createObjectNode()
                    .put(FORMAT, PRESENT_FORMAT)
                    .put(SUBJECT, subject)
                    .toString()));
            return judgements;
        }
        JsonNode header = judgements.parse(lines.getFirst());
        if (header.path(FORMAT).asInt(1) != PRESENT_FORMAT) {
            throw new InvalidRequestException(
                    "%s was written by another version of this program; name another output".formatted(path));
        }
        String found = header.path(SUBJECT).asString("");
        if (!found.equals(subject)) {
            throw new InvalidRequestException(
                    "%s has judgements of \"%s\", not of \"%s\"; name another output".formatted(path, found, subject));
        }
        return judgements;
    }

    /** Returns all judgements so far. */
    List<Judgement> read() {
        return file.lines().stream().skip(1).map(this::judgement).toList();
    }

    void append(List<Judgement> judgements) {
        file.append(judgements.stream().map(JudgementFile::line).toList());
    }

    private JsonNode parse(String line) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw new InvalidFileException(file.path(), "has a line that is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String line(Judgement judgement) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("number", judgement.picture().number());
        node.put("repetition", judgement.picture().repetition());
        node.put("digits", judgement.picture().digits());
        ArrayNode correct = node.putArray(CORRECT);
        ArrayNode incorrect = node.putArray(INCORRECT);
        judgement
                .outcomes()
                .forEach(outcome -> (outcome.correct() ? correct : incorrect)
                        .add(outcome.attribute().name()));
        ObjectNode scores = node.putObject(SCORES);
        judgement.scores().forEach((score, value) -> scores.put(score.key(), value));
        judgement.teacherError().ifPresent(error -> node.put(TEACHER_ERROR, error));
        judgement.milliseconds().ifPresent(time -> node.put(MILLISECONDS, time));
        ObjectNode features = node.putObject(FEATURES);
        judgement.features().forEach((kind, vector) -> features.put(kind.key(), text(vector)));
        return node.toString();
    }

    private Judgement judgement(String line) {
        JsonNode node = parse(line);
        List<Outcome> outcomes = new ArrayList<>();
        node.path(CORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), true)));
        node.path(INCORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), false)));
        Map<Score, Double> scores = new HashMap<>();
        node.path(SCORES)
                .properties()
                .forEach(entry -> scores.put(
                        known(Score.of(entry.getKey()), entry.getKey()),
                        entry.getValue().asDouble()));
        Map<FeatureKind, float[]> features = new EnumMap<>(FeatureKind.class);
        node.path(FEATURES)
                .properties()
                .forEach(entry -> features.put(
                        known(FeatureKind.of(entry.getKey()), entry.getKey()),
                        vector(entry.getValue().asString())));
        return new Judgement(
                new Picture(
                        node.path("number").asLong(),
                        node.path("repetition").asInt(),
                        node.path("digits").asString("")),
                outcomes,
                scores,
                features,
                optional(node, TEACHER_ERROR),
                optional(node, MILLISECONDS));
    }

    private static OptionalDouble optional(JsonNode node, String key) {
        return node.has(key) ? OptionalDouble.of(node.get(key).asDouble()) : OptionalDouble.empty();
    }

    private <T> T known(Optional<T> found, String key) {
        return found.orElseThrow(
                () -> new InvalidFileException(file.path(), "has \"%s\", which no judge gives".formatted(key)));
    }

    private static String text(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private float[] vector(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
            float[] vector = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(vector);
            return vector;
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file.path(), "has features that are not in Base64", e);
        }
    }
}

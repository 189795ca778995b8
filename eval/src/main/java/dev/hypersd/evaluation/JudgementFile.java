package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.LineFile;
import dev.hypersd.json.Json;
import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeCheck.Attribute;
import dev.hypersd.metric.AttributeCheck.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of judgements in JSON lines, whose first line identifies what was judged. A last line that is incomplete,
 * because the program was terminated, is ignored.
 */
final class JudgementFile {
    private static final String FORMAT = "format";
    private static final int PRESENT_FORMAT = 3;
    private static final String SUBJECT = "subject";
    private static final String CORRECT = "correct";
    private static final String INCORRECT = "incorrect";
    private static final String SCORES = "scores";
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
        node.put("number", judgement.number());
        node.put("repetition", judgement.repetition());
        ArrayNode correct = node.putArray(CORRECT);
        ArrayNode incorrect = node.putArray(INCORRECT);
        judgement
                .outcomes()
                .forEach(outcome -> (outcome.correct() ? correct : incorrect)
                        .add(outcome.attribute().name()));
        ObjectNode scores = node.putObject(SCORES);
        new TreeMap<>(judgement.scores()).forEach((score, value) -> scores.put(score.key(), value));
        judgement.teacherError().ifPresent(error -> node.put(TEACHER_ERROR, error));
        judgement.milliseconds().ifPresent(time -> node.put(MILLISECONDS, time));
        ArrayNode features = node.putArray("features");
        judgement.features().forEach(features::add);
        return node.toString();
    }

    private Judgement judgement(String line) {
        JsonNode node = parse(line);
        List<Outcome> outcomes = new ArrayList<>();
        node.path(CORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), true)));
        node.path(INCORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), false)));
        Map<Score, Double> scores = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.path(SCORES).properties()) {
            scores.put(score(entry.getKey()), entry.getValue().asDouble());
        }
        return new Judgement(
                node.path("number").asLong(),
                node.path("repetition").asInt(),
                outcomes,
                scores,
                StreamSupport.stream(node.path("features").spliterator(), false)
                        .map(JsonNode::asDouble)
                        .toList(),
                optional(node, TEACHER_ERROR),
                optional(node, MILLISECONDS));
    }

    private static OptionalDouble optional(JsonNode node, String key) {
        return node.has(key) ? OptionalDouble.of(node.get(key).asDouble()) : OptionalDouble.empty();
    }

    private Score score(String key) {
        return Score.of(key)
                .orElseThrow(() -> new InvalidFileException(
                        file.path(), "has a score \"%s\", which no judge gives".formatted(key)));
    }
}

package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.metric.Attribute;
import dev.hypersd.metric.AttributeCheck.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Judgements in a file of JSON lines. The first line says of what; a last line that was cut off by an interruption is dropped. */
final class JudgementFile {
    private static final String FORMAT = "format";
    private static final int PRESENT_FORMAT = 2;
    private static final String SUBJECT = "subject";
    private static final String CORRECT = "correct";
    private static final String INCORRECT = "incorrect";
    private static final String TEACHER_ERROR = "teacher_error";
    private static final String MILLISECONDS = "milliseconds";

    private final Path file;

    private JudgementFile(Path file) {
        this.file = file;
    }

    /**
     * Opens the file, or begins it.
     *
     * @param subject what is judged, with all that decides its pictures
     * @throws InvalidRequestException if the file holds judgements of something else
     */
    static JudgementFile open(Path file, String subject) {
        JudgementFile judgements = new JudgementFile(file);
        List<String> lines = judgements.wholeLines();
        if (lines.isEmpty()) {
            judgements.write(List.of(Json.MAPPER
                    .createObjectNode()
                    .put(FORMAT, PRESENT_FORMAT)
                    .put(SUBJECT, subject)
                    .toString()));
            return judgements;
        }
        JsonNode header = judgements.parse(lines.getFirst());
        if (header.path(FORMAT).asInt(1) != PRESENT_FORMAT) {
            throw new InvalidRequestException(
                    "%s was written by another version of this program; name another output".formatted(file));
        }
        String found = header.path(SUBJECT).asString("");
        if (!found.equals(subject)) {
            throw new InvalidRequestException(
                    "%s has judgements of \"%s\", not of \"%s\"; name another output".formatted(file, found, subject));
        }
        judgements.write(lines);
        return judgements;
    }

    /** All judgements so far. */
    List<Judgement> read() {
        return wholeLines().stream().skip(1).map(this::judgement).toList();
    }

    void append(List<Judgement> judgements) {
        try {
            Files.write(file, judgements.stream().map(JudgementFile::line).toList(), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private List<String> wholeLines() {
        try {
            String text = Files.exists(file) ? Json.utf8(file, Files.readAllBytes(file)) : "";
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(List<String> lines) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(draft, lines, StandardCharsets.UTF_8);
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private HyperSdException unwritable(IOException e) {
        return new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
    }

    private JsonNode parse(String line) {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw new InvalidFileException(file, "has a line that is not JSON: " + e.getOriginalMessage(), e);
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
        for (JudgeScore kind : JudgeScore.values()) {
            if (judgement.scores().containsKey(kind)) {
                node.put(kind.key(), judgement.scores().get(kind));
            }
        }
        judgement.teacherError().ifPresent(error -> node.put(TEACHER_ERROR, error));
        node.put(MILLISECONDS, judgement.milliseconds());
        ArrayNode features = node.putArray("features");
        judgement.features().forEach(features::add);
        return node.toString();
    }

    private Judgement judgement(String line) {
        JsonNode node = parse(line);
        List<Outcome> outcomes = new ArrayList<>();
        node.path(CORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), true)));
        node.path(INCORRECT).forEach(name -> outcomes.add(new Outcome(Attribute.valueOf(name.asString()), false)));
        Map<JudgeScore, Double> scores = new EnumMap<>(JudgeScore.class);
        for (JudgeScore kind : JudgeScore.values()) {
            if (node.has(kind.key())) {
                scores.put(kind, node.get(kind.key()).asDouble());
            }
        }
        return new Judgement(
                node.path("number").asLong(),
                node.path("repetition").asInt(),
                outcomes,
                scores,
                StreamSupport.stream(node.path("features").spliterator(), false)
                        .map(JsonNode::asDouble)
                        .toList(),
                node.has(TEACHER_ERROR)
                        ? OptionalDouble.of(node.get(TEACHER_ERROR).asDouble())
                        : OptionalDouble.empty(),
                node.path(MILLISECONDS).asDouble());
    }
}

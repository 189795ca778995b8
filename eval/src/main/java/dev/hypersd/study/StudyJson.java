package dev.hypersd.study;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Studies and votes as lines of JSON. */
final class StudyJson {
    private static final String FORMAT = "format";
    private static final int PRESENT_FORMAT = 1;
    private static final List<Answer> ANSWERS = List.of(Answer.values());

    private StudyJson() {}

    static String write(Study study) {
        ObjectNode node = Json.MAPPER.createObjectNode().put(FORMAT, PRESENT_FORMAT);
        ArrayNode methods = node.putArray("methods");
        study.methods()
                .forEach(method ->
                        methods.addObject().put("name", method.name()).put("fingerprint", method.fingerprint()));
        ArrayNode prompts = node.putArray("prompts");
        study.prompts().forEach(prompts::add);
        ArrayNode seeds = node.putArray("seeds");
        study.seeds().forEach(seed -> seeds.add(Seeds.text(seed)));
        study.baseline().ifPresent(baseline -> node.put("baseline", baseline));
        ArrayNode questions = node.putArray("questions");
        study.questions()
                .forEach(question ->
                        questions.addObject().put("name", question.name()).put("text", question.text()));
        node.put("ties", study.ties());
        return node.toString();
    }

    /**
     * Returns the study that {@code line} describes.
     *
     * @param place the file and the line, for messages
     * @throws InvalidFileException if it does not describe a study
     */
    static Study study(Path place, String line) {
        JsonObject keys = parse(place, line);
        int format = keys.integer(FORMAT, 0);
        if (format != PRESENT_FORMAT) {
            throw new InvalidFileException(
                    place, "has the format %d, not %d: it is no file of votes".formatted(format, PRESENT_FORMAT));
        }
        try {
            return new Study(
                    keys.objects("methods").stream()
                            .map(method -> new StudyMethod(text(method, "name"), text(method, "fingerprint")))
                            .toList(),
                    keys.strings("prompts", List.of()),
                    keys.strings("seeds", List.of()).stream()
                            .map(Long::parseUnsignedLong)
                            .toList(),
                    keys.optionalString("baseline"),
                    keys.objects("questions").stream()
                            .map(question -> new Question(text(question, "name"), text(question, "text")))
                            .toList(),
                    keys.flag("ties", true),
                    OptionalInt.empty());
        } catch (InvalidRequestException | NumberFormatException e) {
            throw new InvalidFileException(place, "describes no study: " + e.getMessage(), e);
        }
    }

    static String write(Vote vote) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("time", vote.time().toString());
        node.put("rater", vote.rater().id());
        if (!vote.rater().name().isEmpty()) {
            node.put("name", vote.rater().name());
        }
        node.put("prompt", vote.pair().prompt());
        node.put("seed", Seeds.text(vote.pair().seed()));
        node.put("left", vote.pair().left());
        node.put("right", vote.pair().right());
        ObjectNode answers = node.putObject("answers");
        vote.answers().forEach((question, answer) -> answers.put(question, answer.word()));
        return node.toString();
    }

    /**
     * Returns the vote that {@code line} describes.
     *
     * @param place the file and the line, for messages
     * @throws InvalidFileException if it does not describe a vote, or describes one on another study
     */
    static Vote vote(Path place, String line, Study study) {
        JsonObject keys = parse(place, line);
        Pair pair = new Pair(keys.integer("prompt", -1), seed(keys), text(keys, "left"), text(keys, "right"));
        if (!study.has(pair)) {
            throw new InvalidFileException(
                    place,
                    "is a vote on prompt %d from seed %s by \"%s\" and \"%s\", which the study does not have"
                            .formatted(pair.prompt(), Seeds.text(pair.seed()), pair.left(), pair.right()));
        }
        try {
            return new Vote(
                    Instant.parse(text(keys, "time")),
                    new Rater(text(keys, "rater"), keys.string("name", "")),
                    pair,
                    answers(keys.section("answers"), study));
        } catch (InvalidRequestException | DateTimeException e) {
            throw new InvalidFileException(place, "is no vote: " + e.getMessage(), e);
        }
    }

    /**
     * Returns an answer to each question of the study.
     *
     * @throws InvalidFileException if one is missing, there are others, or one is no answer
     */
    static Map<String, Answer> answers(JsonObject keys, Study study) {
        Map<String, Answer> answers = new LinkedHashMap<>();
        List<Answer> possible = study.ties() ? ANSWERS : List.of(Answer.LEFT, Answer.RIGHT);
        for (Question question : study.questions()) {
            text(keys, question.name());
            answers.put(question.name(), keys.choice(question.name(), Answer.TIE, possible, Answer::word));
        }
        keys.refuseUnread();
        return answers;
    }

    private static long seed(JsonObject keys) {
        try {
            return Long.parseUnsignedLong(text(keys, "seed"));
        } catch (NumberFormatException e) {
            throw keys.invalid("seed", "is \"%s\", which is no seed".formatted(text(keys, "seed")));
        }
    }

    private static String text(JsonObject keys, String key) {
        return keys.optionalString(key).orElseThrow(() -> keys.invalid(key, "is missing"));
    }

    private static JsonObject parse(Path place, String line) {
        return Json.parse(place, line.getBytes(StandardCharsets.UTF_8));
    }
}

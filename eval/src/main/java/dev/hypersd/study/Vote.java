package dev.hypersd.study;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What one rater says of one pair.
 *
 * @param time when it was said
 * @param pair what was seen, with its sides as they were
 * @param answers one for each question of the study, by the question's name
 */
public record Vote(Instant time, Rater rater, Pair pair, Map<String, Answer> answers) {
    public Vote {
        answers = Collections.unmodifiableMap(new LinkedHashMap<>(answers));
    }

    /** Returns the answer to a question of the study. */
    public Answer answer(String question) {
        return Objects.requireNonNull(answers.get(question), question);
    }
}

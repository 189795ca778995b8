package dev.hypersd.study;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The vote of one rater on one pair.
 *
 * @param time the time of the vote
 * @param pair the pair, with the sides on which the rater saw the pictures
 * @param answers the answer to each question of the study, by the name of the question
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

package dev.hypersd.evaluation;

import dev.hypersd.evaluation.Figure.Better;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeCheck.Outcome;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The results of all judges for one picture.
 *
 * @param picture the picture
 * @param outcomes for each attribute that a test scene's caption names, whether the picture shows it
 * @param scores the scores of the judges that exist
 * @param features the features on which distances between sets of pictures are measured
 * @param teacherError the mean squared error to the teacher's picture of the same prompt and noise, of pixels from -1
 *     to 1; empty if there is no teacher
 * @param milliseconds the time of drawing the picture; empty if it existed already
 */
public record Judgement(
        Picture picture,
        List<Outcome> outcomes,
        Map<Score, Double> scores,
        Map<FeatureKind, float[]> features,
        OptionalDouble teacherError,
        OptionalDouble milliseconds) {
    static final Figure CORRECT_IMAGES = Figure.of("correct images", 3, Better.HIGHER);

    /**
     * Identifies a picture of a source.
     *
     * @param number the number of its prompt
     * @param repetition 0 for the picture that counts, more for further pictures of the same prompt
     * @param digits digits of a hash of the prompt and the seed, as another file has another prompt of that number
     */
    record Picture(long number, int repetition, String digits) {
        /** Returns whether it is the picture of its prompt that counts. */
        boolean counts() {
            return repetition == 0;
        }
    }

    public Judgement {
        outcomes = List.copyOf(outcomes);
        scores = Collections.unmodifiableMap(new TreeMap<>(scores));
        features = Map.copyOf(features);
    }

    /** Returns a judgement of {@code picture} that says nothing yet. */
    static Judgement of(Picture picture, OptionalDouble milliseconds) {
        return new Judgement(picture, List.of(), Map.of(), Map.of(), OptionalDouble.empty(), milliseconds);
    }

    /** Returns the same of another picture. */
    Judgement of(Picture other) {
        return new Judgement(other, outcomes, scores, features, teacherError, milliseconds);
    }

    Judgement withTeacherError(double error) {
        return new Judgement(picture, outcomes, scores, features, OptionalDouble.of(error), milliseconds);
    }

    /** Returns the figures of the picture by itself, for comparison with another picture of the same prompt. */
    SequencedMap<Figure, Double> values() {
        SequencedMap<Figure, Double> values = new LinkedHashMap<>();
        if (!outcomes.isEmpty()) {
            values.put(CORRECT_IMAGES, outcomes.stream().allMatch(Outcome::correct) ? 1.0 : 0.0);
        }
        scores.forEach((score, value) -> values.put(figure(score), value));
        return values;
    }

    static Figure figure(Score score) {
        return Figure.of(score.title(), score.digits(), Better.HIGHER);
    }
}

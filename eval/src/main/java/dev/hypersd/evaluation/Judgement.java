package dev.hypersd.evaluation;

import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeCheck.Outcome;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The results of all judges for one picture.
 *
 * @param number the number of its prompt
 * @param repetition 0 for the picture that counts, more for further pictures of the same prompt
 * @param outcomes for each attribute that the prompt names, whether the picture shows it
 * @param scores the scores of the judges that exist
 * @param features the features of the attribute reader, on which distances between sets of pictures are measured
 * @param teacherError the mean squared error to the teacher's picture of the same prompt and noise, for pixels from -1
 *     to 1; empty if there is no teacher
 * @param milliseconds the time of drawing the picture; empty if it existed already
 */
public record Judgement(
        long number,
        int repetition,
        List<Outcome> outcomes,
        Map<Score, Double> scores,
        List<Double> features,
        OptionalDouble teacherError,
        OptionalDouble milliseconds) {
    public Judgement {
        outcomes = List.copyOf(outcomes);
        scores = Map.copyOf(scores);
        features = List.copyOf(features);
    }

    Judgement withTeacherError(double error) {
        return new Judgement(number, repetition, outcomes, scores, features, OptionalDouble.of(error), milliseconds);
    }

    double[] vector() {
        return features.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

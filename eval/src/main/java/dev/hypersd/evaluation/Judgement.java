package dev.hypersd.evaluation;

import dev.hypersd.metric.ClaimCheck.Answer;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the judges say of one picture.
 *
 * @param number of the prompt
 * @param repetition 0 for the picture that counts, above for others of the same prompt
 * @param answers whether each claim of the prompt is right
 * @param scores those of the judges that are there
 * @param features of the attribute reader
 * @param trajectory how far it is from what the teacher draws of the same noise, see {@link Trajectory}; absent where there is no teacher
 * @param milliseconds that drawing it took
 */
public record Judgement(
        long number,
        int repetition,
        List<Answer> answers,
        Map<Measure, Double> scores,
        List<Double> features,
        OptionalDouble trajectory,
        double milliseconds) {
    public Judgement {
        answers = List.copyOf(answers);
        scores = Map.copyOf(scores);
        features = List.copyOf(features);
    }

    Judgement withTrajectory(double error) {
        return new Judgement(number, repetition, answers, scores, features, OptionalDouble.of(error), milliseconds);
    }

    double[] vector() {
        return features.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

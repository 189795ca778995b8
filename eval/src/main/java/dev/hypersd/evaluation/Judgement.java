package dev.hypersd.evaluation;

import dev.hypersd.metric.ClaimCheck.Answer;
import java.util.List;
import java.util.Map;

/**
 * What the judges say of one picture.
 *
 * @param number of the prompt
 * @param repetition 0 for the picture that counts, above for others of the same prompt
 * @param answers whether each claim of the prompt is right
 * @param scores those of the judges that are there
 * @param features of the attribute reader
 * @param milliseconds that drawing it took
 */
public record Judgement(
        long number,
        int repetition,
        List<Answer> answers,
        Map<Measure, Double> scores,
        List<Double> features,
        double milliseconds) {
    public Judgement {
        answers = List.copyOf(answers);
        scores = Map.copyOf(scores);
        features = List.copyOf(features);
    }

    double[] vector() {
        return features.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

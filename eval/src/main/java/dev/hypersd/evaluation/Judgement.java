package dev.hypersd.evaluation;

import dev.hypersd.metric.ClaimCheck.Answer;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What the judges say of one picture.
 *
 * @param number of the prompt
 * @param repetition 0 for the picture that counts, above for others of the same prompt
 * @param answers whether each claim of the prompt is right
 * @param clipScore 100 times the cosine to the prompt, where there is a CLIP to tell
 * @param features of the attribute reader
 */
public record Judgement(
        long number, int repetition, List<Answer> answers, OptionalDouble clipScore, List<Double> features) {
    public Judgement {
        answers = List.copyOf(answers);
        features = List.copyOf(features);
    }

    double[] vector() {
        return features.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

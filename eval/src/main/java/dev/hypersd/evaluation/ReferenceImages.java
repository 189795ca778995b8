package dev.hypersd.evaluation;

import java.util.List;

/**
 * The judgements and results with which models are compared.
 *
 * @param judgements the judgements of as many other test scenes, to which FID and KID measure the distance
 * @param reconstruction the result of the test scenes after the model's autoencoder has encoded and decoded them
 * @param groundTruth the result of the test scenes themselves
 */
public record ReferenceImages(
        List<Judgement> judgements, EvaluationResult reconstruction, EvaluationResult groundTruth) {
    public ReferenceImages {
        judgements = List.copyOf(judgements);
    }
}

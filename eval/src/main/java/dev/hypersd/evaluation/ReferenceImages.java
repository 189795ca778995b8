package dev.hypersd.evaluation;

import java.util.List;

/**
 * What models are compared with.
 *
 * @param judgements those of as many other test scenes, which FID and KID measure the distance to
 * @param reconstruction the result of the test scenes after the model's autoencoder has encoded and decoded them
 * @param groundTruth the result of the test scenes themselves
 */
public record ReferenceImages(
        List<Judgement> judgements, EvaluationResult reconstruction, EvaluationResult groundTruth) {
    public ReferenceImages {
        judgements = List.copyOf(judgements);
    }
}

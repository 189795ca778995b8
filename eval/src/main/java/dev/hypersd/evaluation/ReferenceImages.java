package dev.hypersd.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The features and results with which models are compared.
 *
 * @param features the features to which distances are measured, if any
 * @param beside further results for the report, by their names: for test scenes {@code reconstruction}, the
 *     scenes after the model's autoencoder, and {@code ground truth}, the scenes themselves
 * @param world the test that pictures look like scenes; present for test scenes
 * @param training the pictures that the model was trained on, if drawn ones are compared with them
 */
public record ReferenceImages(
        Optional<ReferenceFeatures> features,
        SequencedMap<String, EvaluationResult> beside,
        Optional<SceneWorld> world,
        Optional<TrainingPictures> training) {
    public static final String RECONSTRUCTION = "reconstruction";
    public static final String GROUND_TRUTH = "ground truth";

    /** Nothing to compare with: there are the scores of the judges, and no distances. */
    public static final ReferenceImages NONE =
            new ReferenceImages(Optional.empty(), new LinkedHashMap<>(), Optional.empty(), Optional.empty());

    public ReferenceImages {
        beside = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(beside));
    }

    /** Distances are measured to {@code features}, and nothing stands beside the results. */
    public static ReferenceImages of(ReferenceFeatures features) {
        return new ReferenceImages(Optional.of(features), new LinkedHashMap<>(), Optional.empty(), Optional.empty());
    }
}

package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.section.Section;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** A loss of the student. Several of them are added. */
public interface DistillationLoss {
    /** A loss as a section of a recipe describes it. */
    @FunctionalInterface
    interface Settings {
        /**
         * Makes the loss.
         *
         * @param pretrained the model that {@code student} is a change of
         * @throws dev.hypersd.error.InvalidRequestException if the settings do not suit the model
         * @throws dev.hypersd.error.InvalidFileException if a file that the settings name is missing or broken
         */
        DistillationLoss open(Student student, PretrainedModel pretrained);
    }

    /**
     * Reads the losses of the section {@code distillation}, each a section of its own, at least one.
     *
     * @param student the student's optimiser, whose settings other learners share
     * @param scenes what the training pictures show, where that is known
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    static List<Settings> read(Section section, OptimiserSettings student, Optional<Dataset<Sample>> scenes) {
        List<Settings> losses = new ArrayList<>();
        if (section.has("trajectory")) {
            losses.add(TrajectoryLoss.Settings.read(section.section("trajectory"), student));
        }
        if (section.has("score")) {
            losses.add(DistributionMatchingLoss.Settings.read(section.section("score"), student));
        }
        if (section.has("feedback")) {
            losses.addAll(FeedbackLoss.read(section.section("feedback"), losses.isEmpty(), scenes));
        }
        if (losses.isEmpty()) {
            throw section.invalid(
                    "trajectory", "is missing, and so are score and feedback; a student needs at least one loss");
        }
        return losses;
    }

    /** Returns the terms for {@code batch}; the student's weights are switched on. */
    List<Term> terms(Batch batch, RandomSource random);

    /**
     * Returns the networks that learn next to the student because the loss needs them: discriminators, a fake score.
     */
    default List<AuxiliaryLearner> auxiliaryLearners() {
        return List.of();
    }

    /**
     * A network that learns next to the student.
     *
     * @param name for logs and checkpoints
     * @param updates the number of its updates in a training step
     * @param loss its own loss; its weights are switched on
     */
    record AuxiliaryLearner(
            String name,
            TrainableWeights weights,
            OptimiserSettings optimiser,
            int updates,
            BiFunction<Batch, RandomSource, Losses> loss) {}
}

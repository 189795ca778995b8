package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.section.Section;
import dev.hypersd.training.Learner.Renewal;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.Measurement;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** A loss of the student. The total loss is the sum of several. */
public interface DistillationLoss {
    /** The settings of a loss, a section of a recipe. */
    @FunctionalInterface
    interface Settings {
        /**
         * Creates the loss.
         *
         * @param pretrained the model that {@code student} changes
         * @throws dev.hypersd.error.InvalidRequestException if the settings do not suit the model
         * @throws dev.hypersd.error.InvalidFileException if a file that the settings name is missing or broken
         */
        DistillationLoss open(Student student, PretrainedModel pretrained);
    }

    /**
     * Reads the losses of the section {@code distillation}, each a section of its own, at least one.
     *
     * @param student the optimiser of the student, whose settings are the defaults of other learners
     * @param scenes the scenes of the training pictures, if known
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    static List<Settings> read(Section section, OptimiserSettings student, Optional<Dataset<Sample>> scenes) {
        List<Settings> losses = new ArrayList<>();
        if (section.has("trajectory")) {
            losses.add(TrajectoryLoss.Settings.read(section.section("trajectory"), student));
        }
        if (section.has("regression")) {
            losses.add(RegressionLoss.Settings.read(section.section("regression")));
        }
        if (section.has("score")) {
            losses.add(DistributionMatchingLoss.Settings.read(section.section("score"), student));
        }
        refuseSecondDiscriminator(section);
        if (section.has("adversarial")) {
            losses.add(DataAdversarialLoss.Settings.read(section.section("adversarial"), student));
        }
        if (section.has("feedback")) {
            losses.addAll(FeedbackLoss.read(section.section("feedback"), losses.isEmpty(), scenes));
        }
        if (losses.isEmpty()) {
            throw section.invalid(
                    "trajectory",
                    "is missing, and so are score, regression, adversarial and feedback; a student needs at least one"
                            + " loss");
        }
        return losses;
    }

    /** What is measured of the student at validations, a section of a recipe. */
    @FunctionalInterface
    interface Stop {
        /**
         * Opens what measures.
         *
         * @throws dev.hypersd.error.InvalidRequestException if the settings do not suit the data
         * @throws dev.hypersd.error.InvalidFileException if a file that the settings name is missing or broken
         */
        Measurement open(Student student, PretrainedModel pretrained);

        /** Reads the section {@code stop} of the section {@code distillation}, if there is one. */
        static Optional<Stop> read(Section section) {
            return section.has("stop")
                    ? Optional.of(StudentQuality.Settings.read(section.section("stop"), section)::open)
                    : Optional.empty();
        }
    }

    /** Refuses discriminators in more than one place, since each loss would train one of its own. */
    private static void refuseSecondDiscriminator(Section section) {
        List<String> places = Stream.of("trajectory.", "score.", "")
                .filter(place -> place.isEmpty()
                        ? section.has("adversarial")
                        : section.section(place.substring(0, place.length() - 1))
                                .has("adversarial"))
                .map(place -> place + "adversarial")
                .toList();
        if (places.size() > 1) {
            throw section.invalid(
                    places.getLast(), "is there, and so is %s; keep one of them".formatted(places.getFirst()));
        }
    }

    /** What the student does in a loss. */
    enum Task {
        /** It follows trajectories of the teacher. */
        TRAJECTORIES,
        /** It draws pictures from noise. */
        DRAWING
    }

    /** Returns what the student does in this loss. */
    Task task();

    /**
     * Returns how many passes of the network over each sample are kept for the backward pass of the student, at least.
     * Losses that draw with the same timesteps share one.
     */
    default double passes() {
        return 1;
    }

    /** Returns the same of the networks that are trained for this loss, of which one learns after another. */
    default double auxiliaryPasses() {
        return 0;
    }

    /** Returns the terms for {@code batch}, computed with the student's weights. */
    List<Term> terms(Batch batch, RandomSource random);

    /** Returns the tensors that a checkpoint holds in addition to trained weights, by name: running averages. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /** Returns the other networks that are trained for this loss: discriminators, a fake score. */
    default List<AuxiliaryLearner> auxiliaryLearners() {
        return List.of();
    }

    /**
     * A network that is trained along with the student.
     *
     * @param name the name in logs and checkpoints
     * @param updates the number of its updates in a training step
     * @param loss its own loss, computed with its trained weights
     * @param renewal which of its weights begin anew
     */
    record AuxiliaryLearner(
            String name,
            TrainableWeights weights,
            OptimiserSettings optimiser,
            int updates,
            BiFunction<Batch, RandomSource, Losses> loss,
            Renewal renewal) {}
}

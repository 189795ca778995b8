package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.Captioned;
import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.Distance;
import dev.hypersd.distillation.Goal;
import dev.hypersd.distillation.Grid;
import dev.hypersd.distillation.Segments;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.ConsistencyObjective.Trajectory;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Draw;
import dev.hypersd.training.Learner;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.Precision;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsistencyObjectiveTest {
    private static final int STEPS = 8;
    private static final int SIZE = 64;

    @TempDir
    static Path shared;

    private static Path model;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeModel() {
        model = shared.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
    }

    @Test
    void oneTeacherStepWithoutGuidanceIsWhatAnUntrainedStudentDoesAnyway() {
        assertThat(loss(trajectory(new Grid(1000, 40), 40, 1, 0, false))).isCloseTo(0, within(1e-10));
    }

    @Test
    void asManySegmentsAsStepsDistilTheGuidanceOfSingleSteps() {
        double three = loss(trajectory(new Grid(1000, 40), 40, 3, 0, false));
        double five = loss(trajectory(new Grid(1000, 40), 40, 5, 0, false));

        // The error is (scale - 1) times the difference of the teacher's two predictions.
        assertThat(three).isPositive();
        assertThat(five / three).isCloseTo(4, within(1e-3));
    }

    @Test
    void noiseThatIsTheSameAllOverAChannelAndPureNoiseMakeOtherTasks() {
        Grid whole = new Grid(1000, 1); // Every trajectory starts at the last timestep.
        double plain = loss(trajectory(whole, 1, 3, 0, false));

        assertThat(loss(trajectory(whole, 1, 3, 0.1, false))).isNotEqualTo(plain);
        assertThat(loss(trajectory(whole, 1, 3, 0, true))).isNotEqualTo(plain);
    }

    @Test
    void aStudentLearnsAndBecomesALora() throws Exception {
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, STEPS, 4, 1, Precision.F32, false, new TrainingSettings.Intervals(STEPS, 0, 0));
        Path published = Files.createDirectory(folder.resolve("published"));
        // Two steps of the teacher: so few places on the trajectory that losses of single batches can be compared.
        Trajectory trajectory = new Trajectory(
                new Segments(new Grid(1000, 2), 1), Goal.BOUNDARY, new Distance.PseudoHuber(1e-3), 3, 3, 0, false);
        try (ConsistencyObjective objective = objective(trajectory);
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(listener))) {
            trainer.run();
            assertThat(objective.show()).containsOnlyKeys("samples");
            objective.publish(published);
        }

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        try (LoraFile file = LoraFile.open(published.resolve("lora.safetensors"))) {
            assertThat(file.ranks()).containsExactly(4L);
        }
    }

    /** Of an untrained student on the first pictures. */
    private double loss(Trajectory trajectory) {
        try (ConsistencyObjective objective = objective(trajectory)) {
            Learner<LatentSample> learner = objective.learners().getFirst();
            List<LatentSample> batch =
                    LongStream.range(0, 4).mapToObj(objective.samples()::get).toList();
            return Engine.call(() -> TensorScope.released(() -> learner.weights()
                    .current()
                    .during(() -> learner.loss()
                            .of(batch, Draw.at(1))
                            .terms()
                            .getFirst()
                            .value()
                            .item_double())));
        }
    }

    private static Trajectory trajectory(Grid grid, int segments, double guidance, double offset, boolean pureNoise) {
        return new Trajectory(
                new Segments(grid, segments),
                Goal.UNIFORM,
                new Distance.Squared(),
                guidance,
                guidance,
                offset,
                pureNoise);
    }

    private ConsistencyObjective objective(Trajectory trajectory) {
        return new ConsistencyObjective(
                ModelFiles.open(model),
                new FineTuning.Lora(4, 4, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA),
                trajectory,
                new ConsistencyObjective.Settings(List.of("a red cat"), 0.5, 1),
                OptimiserSettings.usual(new LearningRate(2e-3, 0, STEPS, 1)),
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<Captioned> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0)
                .map(sample -> new Captioned(sample.image(), sample.caption().text()));
    }
}

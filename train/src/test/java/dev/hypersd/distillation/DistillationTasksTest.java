package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.FAKE;
import static dev.hypersd.distillation.TinyDistillation.OPTIMISER;
import static dev.hypersd.distillation.TinyDistillation.OWN_DECODER;
import static dev.hypersd.distillation.TinyDistillation.PLAIN;
import static dev.hypersd.distillation.TinyDistillation.batch;
import static dev.hypersd.distillation.TinyDistillation.consistency;
import static dev.hypersd.distillation.TinyDistillation.reward;
import static dev.hypersd.distillation.TinyDistillation.student;
import static dev.hypersd.distillation.TinyDistillation.teacher;
import static dev.hypersd.distillation.TinyDistillation.term;
import static dev.hypersd.distillation.TinyDistillation.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.distillation.DistributionMatchingLoss.FakeScore;
import dev.hypersd.distillation.FeatureDiscriminator.Depth;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several losses at once: their batches, what is shared, and what a checkpoint has to hold. */
class DistillationTasksTest {
    @TempDir
    static Path folder;

    private static TinyDistillation tiny;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(folder);
    }

    private static FeedbackLoss.Settings listening(List<String> told, boolean normalise, int every) {
        return new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)),
                OWN_DECODER,
                normalise,
                every,
                List.of(reward("listening", 2, 1, (pixels, texts) -> {
                    told.addAll(texts);
                    return pixels.mean(1, 2, 3);
                })));
    }

    @Test
    void theCosineWeighsDistancesByTheShareOfThePictureAtTheirStart() {
        double[] distances = new double[2];
        for (NoiseWeight weight : NoiseWeight.values()) {
            // A single step of the teacher, so every sample starts at the last timestep.
            DistillationLoss.Settings loss = new TrajectoryLoss.Settings(
                    new TrajectoryLoss.Consistency(TargetTimestep.BOUNDARY),
                    teacher(3),
                    1,
                    1,
                    PLAIN,
                    new Distance.Squared(),
                    1,
                    weight,
                    Optional.empty());
            distances[weight.ordinal()] = tiny.value(loss, "distance");
        }

        assertThat(distances[1] / distances[0]).isCloseTo(0.068265, within(1e-5));
    }

    @Test
    void withHalvesTheStudentFollowsTrajectoriesOnOneHalfAndDrawsTheOther() {
        List<String> told = new ArrayList<>();
        List<String> all = new ArrayList<>();
        DistillationLoss.Settings trajectories = consistency(8, 1, 3, PLAIN);
        try (DistillationObjective objective = tiny.halves(trajectories, listening(told, false, 1))) {
            assertThat(terms(student(objective), batch(objective))).containsKeys("distance", "listening");
        }
        try (DistillationObjective objective = tiny.objective(trajectories, listening(all, false, 1))) {
            assertThat(terms(student(objective), batch(objective))).containsKeys("distance", "listening");
        }

        assertThat(all).hasSize(4);
        assertThat(told).isEqualTo(all.subList(2, 4));
    }

    @Test
    void rewardsAreMeasuredInStandardDeviationsOfHeldOutPictures() {
        double[] weights = new double[2];
        for (int scale : new int[] {0, 1}) {
            List<String> told = new ArrayList<>();
            try (DistillationObjective objective = tiny.objective(listening(told, scale == 1, 1))) {
                weights[scale] = TinyDistillation.losses(
                        student(objective),
                        batch(objective),
                        terms -> terms.getFirst().weight());
                assertThat(told).hasSize(scale == 1 ? 8 : 4); // Four held-out pictures are measured first.
            }
        }

        // Pictures of random weights differ little from each other, so a deviation is far below 1.
        assertThat(weights[0]).isEqualTo(1);
        assertThat(weights[1]).isGreaterThan(1).isFinite();
    }

    @Test
    void rewardsOnEveryThirdStepAreNotComputedInTheOthers() {
        List<String> told = new ArrayList<>();
        try (DistillationObjective objective = tiny.objective(consistency(8, 1, 3, PLAIN), listening(told, false, 3))) {
            tiny.train(objective, 7, false);
        }

        assertThat(told).hasSize(2 * 4);
    }

    /** Everything that is random or averaged over steps takes part. */
    @Test
    void aResumedRunArrivesAtTheSameWeightsAveragesAndHeadsBitForBit() throws IOException {
        Map<String, float[]> whole = run(Files.createDirectory(folder.resolve("whole")), 3);
        Path parts = Files.createDirectory(folder.resolve("parts"));
        run(parts, 1);
        Map<String, float[]> resumed = run(parts, 3);

        assertThat(resumed.keySet()).isEqualTo(whole.keySet()).contains("density ratio");
        whole.forEach((name, values) -> assertThat(resumed.get(name)).as(name).isEqualTo(values));
    }

    private static Map<String, float[]> run(Path run, int steps) {
        Discriminator.Settings pool = new FeatureDiscriminator.Settings(EnumSet.of(Depth.MIDDLE), 4, 2, 0.4);
        DistillationLoss.Settings score = new DistributionMatchingLoss.Settings(
                teacher(3),
                new Rollout.Settings(List.of(999, 499), 0.3, 1),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.JENSEN_SHANNON,
                new FakeScore(2, true, OPTIMISER, 4, FAKE.targets()),
                Optional.of(adversarial(pool, AdversarialLoss.Real.DATA, OptionalDouble.empty())));
        return train(run, steps, List.of(consistency(8, 1, 3, PLAIN), score), Precision.MIXED);
    }

    @Test
    void theAverageOfABalanceIsResumedToo() throws IOException {
        AdversarialLoss.Settings balanced =
                adversarial(TinyDistillation.FEATURES, AdversarialLoss.Real.TARGET, OptionalDouble.of(0.3));
        List<DistillationLoss.Settings> losses = List.of(TinyDistillation.trajectory(
                new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM), 1, Optional.of(balanced)));
        Map<String, float[]> whole = train(Files.createDirectory(folder.resolve("balance")), 2, losses, Precision.F32);
        Path parts = Files.createDirectory(folder.resolve("balance-parts"));
        train(parts, 1, losses, Precision.F32);

        assertThat(Objects.requireNonNull(whole.get("balance"))[1]).isEqualTo(2);
        assertThat(train(parts, 2, losses, Precision.F32).get("balance")).isEqualTo(whole.get("balance"));
    }

    private static AdversarialLoss.Settings adversarial(
            Discriminator.Settings discriminator, AdversarialLoss.Real real, OptionalDouble balance) {
        return new AdversarialLoss.Settings(
                discriminator,
                AdversarialForm.SOFTPLUS,
                real,
                0.1,
                balance,
                List.of(),
                new AdversarialLoss.Penalty(10, 0.1),
                2,
                OPTIMISER);
    }

    /** Trains up to {@code steps}, and returns all tensors of the checkpoint. */
    private static Map<String, float[]> train(
            Path run, int steps, List<DistillationLoss.Settings> losses, Precision precision) {
        TrainingSettings settings =
                new TrainingSettings(1, steps, 2, 1, precision, true, 0, new TrainingSettings.Intervals(100, 0, 0));
        Checkpoints checkpoints = new Checkpoints(run, 1);
        try (DistillationObjective objective = tiny.objective(losses, TinyDistillation.LORA);
                Trainer<LatentSample> trainer = new Trainer<>(objective, settings, checkpoints, List.of())) {
            trainer.resume();
            trainer.run();
        }
        return Engine.infer(() -> {
            try (SafetensorsFile file = SafetensorsFile.open(checkpoints.file(steps))) {
                Map<String, float[]> tensors = new TreeMap<>();
                file.names()
                        .forEach(name -> tensors.put(
                                name,
                                Tensors.toFloats(file.find(name).orElseThrow().load())));
                return tensors;
            }
        });
    }

    /** The whole U-Net as a one-step student that starts at timestep 800, as published for SDXL. */
    @Test
    void theWholeUNetIsDistilledAndBecomesAModel() throws IOException {
        Path published = Files.createDirectory(folder.resolve("published"));
        DistillationLoss.Settings score =
                TinyDistillation.score(3, List.of(800), Divergence.REVERSE_KL, Optional.empty());
        try (DistillationObjective objective =
                tiny.objective(List.of(consistency(8, 1, 3, PLAIN), score), new FineTuning.Full())) {
            tiny.train(objective, 1, true);
            objective.publish(published);
        }

        assertThat(ModelFiles.open(published).family())
                .isEqualTo(ModelFiles.open(tiny.model()).family());
        assertThat(changed(published)).hasSizeGreaterThan(50);
    }

    @Test
    void whatIsNotTrainableStaysAsItWas() throws IOException {
        Path published = Files.createDirectory(folder.resolve("frozen"));
        FineTuning norms = new FineTuning.Full(name -> name.matches(".*norm.*|conv_in\\..*"));
        try (DistillationObjective objective = tiny.objective(List.of(consistency(8, 1, 3, PLAIN)), norms)) {
            tiny.train(objective, 1, false);
            objective.publish(published);
        }

        assertThat(changed(published)).isNotEmpty().allMatch(name -> name.matches(".*norm.*|conv_in\\..*"));
    }

    @Test
    void aLoraOfRankSixtyFourOnAllLayersLearns() {
        FineTuning large = TinyDistillation.lora(64, Optional.empty(), Optional.empty());
        try (DistillationObjective objective = tiny.objective(List.of(consistency(8, 8, 3, PLAIN)), large)) {
            double before = term(student(objective), batch(objective), "distance");
            tiny.train(new OneLearner(objective, student(objective)), 4, false);

            assertThat(term(student(objective), batch(objective), "distance")).isLessThan(before);
        }
    }

    /** The names of weights of the U-Net that differ from those of the model that was trained. */
    private static List<String> changed(Path published) {
        return Engine.infer(() -> {
            String unet = "unet/diffusion_pytorch_model.safetensors";
            try (SafetensorsFile before = SafetensorsFile.open(tiny.model().resolve(unet));
                    SafetensorsFile after = SafetensorsFile.open(published.resolve(unet))) {
                return after.names().stream()
                        .filter(name -> !after.find(name)
                                .orElseThrow()
                                .load()
                                .equal(before.find(name).orElseThrow().load()))
                        .toList();
            }
        });
    }
}

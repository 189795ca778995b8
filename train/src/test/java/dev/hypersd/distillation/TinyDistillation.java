package dev.hypersd.distillation;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.DistributionMatchingLoss.FakeScore;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.SamplePrompt;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Distillation of a tiny model with random weights, four training samples, and the settings that tests vary. */
final class TinyDistillation {
    static final int STEPS = 8;
    static final int SIZE = 64;
    static final OptimiserSettings OPTIMISER = OptimiserSettings.usual(new LearningRate(2e-3, 0, STEPS, 1));
    static final TrajectoryLoss.Noising PLAIN = new TrajectoryLoss.Noising(0, false);
    static final FeedbackLoss.Decoder OWN_DECODER = new FeedbackLoss.Decoder(Optional.empty());
    static final Discriminator.Settings FEATURES =
            new FeatureDiscriminator.Settings(EnumSet.allOf(FeatureDiscriminator.Depth.class), 1, 1, 0);
    static final Discriminator.Settings ENCODER = new EncoderDiscriminator.Settings(true);
    static final FineTuning LORA = lora(4, Optional.empty(), Optional.empty());
    static final FakeScore FAKE = new FakeScore(2, false, OPTIMISER, 4, EnumSet.allOf(LoraLayers.class));

    private static final DistillationObjective.Settings SETTINGS =
            new DistillationObjective.Settings(0, List.of(new SamplePrompt("a red cat", "", 2, 1, 1)), 0.5, 1);

    private final Path folder;
    private final Path model;

    /** @param folder for the model, its latents, and checkpoints */
    TinyDistillation(Path folder) {
        this.folder = folder;
        this.model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
    }

    Path model() {
        return model;
    }

    DistillationObjective objective(DistillationLoss.Settings... losses) {
        return objective(List.of(losses), LORA);
    }

    DistillationObjective objective(List<DistillationLoss.Settings> losses, FineTuning change) {
        return objective(model, losses, change);
    }

    DistillationObjective objective(Path teacher, List<DistillationLoss.Settings> losses, FineTuning change) {
        return objective(teacher, losses, Optional.empty(), change, SETTINGS);
    }

    /** An objective in which the tasks of the student have half of each batch. */
    DistillationObjective halves(DistillationLoss.Settings... losses) {
        return objective(
                model,
                List.of(losses),
                Optional.empty(),
                LORA,
                new DistillationObjective.Settings(0, List.of(), 0.5, 1, true));
    }

    DistillationObjective measured(DistillationLoss.Stop stop, DistillationLoss.Settings... losses) {
        return objective(model, List.of(losses), Optional.of(stop), LORA, SETTINGS);
    }

    private DistillationObjective objective(
            Path teacher,
            List<DistillationLoss.Settings> losses,
            Optional<DistillationLoss.Stop> stop,
            FineTuning change,
            DistillationObjective.Settings settings) {
        Path latents = folder.resolve("latents-" + teacher.getFileName());
        return new DistillationObjective(
                ModelFiles.open(teacher),
                change,
                losses,
                stop,
                settings,
                OPTIMISER,
                new Pictures(scenes(Split.TRAIN), scenes(Split.VALIDATION), latents, (done, total) -> {}));
    }

    static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }

    /** A term of an untrained student on the first pictures. */
    double value(DistillationLoss.Settings loss, String term) {
        try (DistillationObjective objective = objective(loss)) {
            return terms(student(objective), batch(objective)).getOrDefault(term, Double.NaN);
        }
    }

    static Learner<LatentSample> student(DistillationObjective objective) {
        return objective.learners().getLast();
    }

    static List<LatentSample> batch(DistillationObjective objective) {
        return LongStream.range(0, 4).mapToObj(objective.samples()::get).toList();
    }

    /** The terms of a learner with its present weights, always with the same noise, as {@code number} reads them. */
    static <T> T losses(Learner<LatentSample> learner, List<LatentSample> batch, Function<List<Term>, T> number) {
        return Engine.call(() -> TensorScope.released(() -> number.apply(learner.weights()
                .current()
                .during(() -> learner.loss().of(batch, 1, RandomSource.at(1)))
                .terms())));
    }

    /** The values of a learner's terms, by name. */
    static Map<String, Double> terms(Learner<LatentSample> learner, List<LatentSample> batch) {
        return losses(learner, batch, terms -> {
            Map<String, Double> values = new HashMap<>();
            terms.forEach(term -> values.put(term.name(), term.value().item_double()));
            return values;
        });
    }

    /** The value of one of a learner's terms. */
    static double term(Learner<LatentSample> learner, List<LatentSample> batch, String name) {
        return terms(learner, batch).getOrDefault(name, Double.NaN);
    }

    /** The values of a learner's terms times their weights, by name. */
    static Map<String, Double> weightedTerms(Learner<LatentSample> learner, List<LatentSample> batch) {
        return losses(
                learner,
                batch,
                terms -> terms.stream()
                        .collect(Collectors.toMap(
                                Term::name, term -> term.weight() * term.value().item_double())));
    }

    /** The weighted sum of a learner's terms: what it minimises. */
    static double weighted(Learner<LatentSample> learner, List<LatentSample> batch) {
        return weightedTerms(learner, batch).values().stream()
                .mapToDouble(x -> x)
                .sum();
    }

    void train(Objective<LatentSample> objective, int steps, boolean checkpointing, TrainingListener... listeners) {
        TrainingSettings settings = new TrainingSettings(
                1, steps, 4, 1, Precision.F32, checkpointing, 0, new TrainingSettings.Intervals(steps, 0, 0));
        try (Trainer<LatentSample> trainer = new Trainer<>(
                objective,
                settings,
                new Checkpoints(Files.createTempDirectory(folder, "run"), 1),
                List.of(listeners))) {
            trainer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Trains to step {@code steps}, from the newest checkpoint in {@code checkpoints} if there is one. */
    void resume(Objective<LatentSample> objective, int steps, Path checkpoints) {
        TrainingSettings settings =
                new TrainingSettings(1, steps, 4, 1, Precision.F32, new TrainingSettings.Intervals(steps, 0, 0));
        try (Trainer<LatentSample> trainer =
                new Trainer<>(objective, settings, new Checkpoints(checkpoints, 1), List.of())) {
            trainer.resume();
            trainer.run();
        }
    }

    static DistillationLoss.Settings consistency(
            int steps, int segments, double guidance, TrajectoryLoss.Noising noising) {
        return trajectory(
                new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM),
                teacher(guidance),
                steps,
                segments,
                noising,
                1,
                Optional.empty());
    }

    static DistillationLoss.Settings trajectory(
            TargetMaker method, int segments, Optional<AdversarialLoss.Settings> adversarial) {
        TrajectoryLoss.Noising noising = new TrajectoryLoss.Noising(0.05, true);
        return trajectory(method, teacher(3), 8, segments, noising, 1, adversarial);
    }

    static DistillationLoss.Settings trajectory(
            TargetMaker method,
            Teacher.Settings teacher,
            int steps,
            int segments,
            TrajectoryLoss.Noising noising,
            double weight,
            Optional<AdversarialLoss.Settings> adversarial) {
        return new TrajectoryLoss.Settings(
                method,
                teacher,
                steps,
                segments,
                noising,
                new Distance.Squared(),
                weight,
                NoiseWeight.EQUAL,
                adversarial);
    }

    /** Score distillation in two steps. */
    static DistillationLoss.Settings score(double guidance, Optional<AdversarialLoss.Settings> adversarial) {
        return score(guidance, List.of(999, 499), Divergence.REVERSE_KL, adversarial);
    }

    static DistillationLoss.Settings score(
            double guidance,
            List<Integer> timesteps,
            Divergence divergence,
            Optional<AdversarialLoss.Settings> adversarial) {
        return new DistributionMatchingLoss.Settings(
                teacher(guidance),
                new Rollout.Settings(timesteps),
                1,
                NoiseLevels.Range.USUAL,
                divergence,
                FAKE,
                adversarial);
    }

    static AdversarialLoss.Settings adversarial(Discriminator.Settings discriminator, AdversarialForm form) {
        return new AdversarialLoss.Settings(
                discriminator,
                form,
                AdversarialLoss.Real.TARGET,
                0.1,
                OptionalDouble.empty(),
                List.of(),
                AdversarialLoss.Penalty.NONE,
                1,
                OPTIMISER);
    }

    static Teacher.Settings teacher(double guidance) {
        return new Teacher.Settings(Optional.empty(), new Teacher.Guidance(guidance, guidance));
    }

    static FineTuning lora(int rank, Optional<Path> start, Optional<Path> over) {
        return new FineTuning.Lora(
                rank,
                rank,
                FineTuning.Form.LORA,
                new FineTuning.Targets(EnumSet.allOf(LoraLayers.class)),
                Spelling.KOHYA,
                start,
                over,
                Map.of());
    }

    static FeedbackLoss.WeightedReward.Settings reward(String name, double threshold, long fromStep, Reward reward) {
        return new FeedbackLoss.WeightedReward.Settings(name, arena -> reward, 1, threshold, fromStep);
    }
}

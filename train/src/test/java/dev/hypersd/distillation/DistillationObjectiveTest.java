package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.DistillationLoss.Method;
import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.distillation.trajectory.Grid;
import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.distillation.trajectory.TargetTimestep;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Learner;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.Losses;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.Precision;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistillationObjectiveTest {
    private static final int STEPS = 8;

    /** After the first, everyone learns from what others have learned. */
    private static final int FEW_STEPS = 2;

    private static final int SIZE = 64;
    private static final OptimiserSettings OPTIMISER = OptimiserSettings.usual(new LearningRate(2e-3, 0, STEPS, 1));
    private static final Noising PLAIN = new Noising(0, false);

    private static final DistillationLoss.Decoding OWN_DECODER = new DistillationLoss.Decoding(Optional.empty());

    private static final Path SDXL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sdxl");

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
        assertThat(value(consistency(new Grid(1000, 40), 40, 1, PLAIN), "distance"))
                .isCloseTo(0, within(1e-10));
    }

    @Test
    void asManySegmentsAsStepsDistilTheGuidanceOfSingleSteps() {
        double three = value(consistency(new Grid(1000, 40), 40, 3, PLAIN), "distance");
        double five = value(consistency(new Grid(1000, 40), 40, 5, PLAIN), "distance");

        // The error is (scale - 1) times the difference of the teacher's two predictions.
        assertThat(three).isPositive();
        assertThat(five / three).isCloseTo(4, within(1e-3));
    }

    @Test
    void noiseThatIsTheSameAllOverAChannelAndPureNoiseMakeOtherTasks() {
        Grid whole = new Grid(1000, 1); // Every trajectory starts at the last timestep.
        double plain = value(consistency(whole, 1, 3, PLAIN), "distance");

        assertThat(value(consistency(whole, 1, 3, new Noising(0.1, false)), "distance"))
                .isNotEqualTo(plain);
        assertThat(value(consistency(whole, 1, 3, new Noising(0, true)), "distance"))
                .isNotEqualTo(plain);
    }

    @Test
    void scoresThatAgreeHaveNothingToSay() {
        assertThat(value(score(1, Optional.empty()), "score")).isCloseTo(0, within(1e-12));
        assertThat(value(score(5, Optional.empty()), "score")).isPositive();
    }

    @Test
    void aBalancedDiscriminatorPullsAsHardAsTheDistanceWhateverItsScale() {
        AdversarialLoss.Settings balanced = new AdversarialLoss.Settings(
                AdversarialLoss.Kind.FEATURES,
                LogitLoss.SOFTPLUS,
                AdversarialLoss.Real.DATA,
                1,
                OptionalDouble.of(0.5),
                1,
                true,
                OPTIMISER);
        DistillationLoss judged = trajectory(
                new Method.Consistency(TargetTimestep.UNIFORM),
                new Segments(new Grid(1000, 8), 1),
                Optional.of(balanced));
        try (DistillationObjective objective = objective(List.of(judged))) {
            Learner<LatentSample> student = objective.learners().getFirst();
            double weight = Engine.call(() -> TensorScope.released(() -> student.weights()
                    .current()
                    .during(() -> student.loss().of(batch(objective), RandomSource.at(1)))
                    .terms()
                    .getLast()
                    .weight()));
            assertThat(weight).isStrictlyBetween(0.0, 10.0).isNotEqualTo(1.0);
            train(objective, FEW_STEPS, false);
        }
    }

    static Stream<DistillationLoss> waysToBeJudged() {
        Grid grid = new Grid(1000, 8);
        return Stream.of(
                trajectory(
                        new Method.Consistency(TargetTimestep.MIXED),
                        new Segments(grid, 2),
                        adversarial(AdversarialLoss.Kind.FEATURES)),
                trajectory(
                        new Method.Consistency(TargetTimestep.UNIFORM),
                        new Segments(grid, 1),
                        adversarial(AdversarialLoss.Kind.ENCODER)),
                trajectory(new Method.Progressive(), new Segments(grid, 4), Optional.empty()),
                trajectory(new Method.Rectified(), new Segments(grid, 4), Optional.empty()),
                score(3, adversarial(AdversarialLoss.Kind.FEATURES)));
    }

    @ParameterizedTest
    @MethodSource("waysToBeJudged")
    void everyoneWhoLearnsChangesWhatItIsThatLearns(DistillationLoss judged) {
        everyoneLearns(judged, false);
    }

    @ParameterizedTest
    @MethodSource("waysToBeJudged")
    void everyoneLearnsWithGradientCheckpointingToo(DistillationLoss judged) {
        everyoneLearns(judged, true);
    }

    private void everyoneLearns(DistillationLoss judged, boolean checkpointing) {
        try (DistillationObjective objective = objective(List.of(judged))) {
            List<LatentSample> batch = batch(objective);
            List<Learner<LatentSample>> learners = objective.learners();
            List<Double> before =
                    learners.stream().map(learner -> total(learner, batch)).toList();
            train(objective, FEW_STEPS, checkpointing);

            for (int i = 0; i < learners.size(); i++) {
                assertThat(total(learners.get(i), batch))
                        .as(learners.get(i).name())
                        .isFinite()
                        .isNotEqualTo(before.get(i));
            }
        }
    }

    @Test
    void theDiscriminatorIsFrozenWhileTheStudentLearnsFromIt() {
        DistillationLoss.Trajectory judged =
                (DistillationLoss.Trajectory) waysToBeJudged().findFirst().orElseThrow();
        try (DistillationObjective objective = objective(List.of(judged))) {
            Learner<LatentSample> student = objective.learners().getFirst();
            Learner<LatentSample> discriminator = objective.learners().getLast();
            boolean[] differentiable = Engine.call(() -> TensorScope.released(() ->
                    new boolean[] {adversarial(student, batch(objective)), told(discriminator, batch(objective))}));

            assertThat(differentiable).containsExactly(false, true);
        }
    }

    /** Whether the student's adversarial term depends on anything that learns while the student itself is frozen. */
    private static boolean adversarial(Learner<LatentSample> student, List<LatentSample> batch) {
        return student.weights().frozen().during(() -> student.loss().of(batch, RandomSource.at(1))).terms().stream()
                .filter(term -> term.name().equals("adversarial"))
                .findFirst()
                .orElseThrow()
                .value()
                .requires_grad();
    }

    private static boolean told(Learner<LatentSample> discriminator, List<LatentSample> batch) {
        return discriminator
                .weights()
                .current()
                .during(() -> discriminator.loss().of(batch, RandomSource.at(1)))
                .terms()
                .getFirst()
                .value()
                .requires_grad();
    }

    @Test
    void aStudentLearnsBecomesALoraAndALaterStageGoesOnFromIt() throws Exception {
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
            }
        };
        // Two steps of the teacher: so few places on the trajectory that losses of single batches can be compared.
        DistillationLoss judged = new DistillationLoss.Trajectory(
                new Method.Consistency(TargetTimestep.BOUNDARY),
                teaching(3),
                new Segments(new Grid(1000, 2), 1),
                PLAIN,
                new Distance.PseudoHuber(1e-3),
                1,
                Optional.empty());
        Path published = Files.createDirectory(folder.resolve("published"));
        double learned;
        try (DistillationObjective objective = objective(List.of(judged))) {
            train(objective, STEPS, false, listener);
            assertThat(objective.show()).containsOnlyKeys("samples");
            objective.publish(published);
            Learner<LatentSample> student = objective.learners().getFirst();
            learned = Engine.call(() -> TensorScope.released(() -> student.weights()
                    .average()
                    .during(() -> sum(student.loss().of(batch(objective), RandomSource.at(1))))));
        }

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        Path lora = published.resolve("lora.safetensors");
        try (LoraFile file = LoraFile.open(lora)) {
            assertThat(file.ranks()).containsExactly(4L);
        }
        try (DistillationObjective later = objective(List.of(judged), lora(4, Optional.of(lora), Optional.empty()))) {
            // The file has half precision.
            assertThat(total(later.learners().getFirst(), batch(later))).isCloseTo(learned, within(1e-3 * learned));
        }
        try (DistillationObjective beside = objective(List.of(judged), lora(2, Optional.empty(), Optional.of(lora)))) {
            assertThat(total(beside.learners().getFirst(), batch(beside))).isCloseTo(learned, within(1e-3 * learned));
        }
        assertThatThrownBy(() -> objective(List.of(judged), lora(8, Optional.of(lora), Optional.empty())))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("has the rank 4")
                .hasMessageContaining("choose the same rank");
    }

    @Test
    void feedbackRaisesTheRewardUntilItIsEnough() {
        // The reward is how bright a picture is.
        DistillationLoss bright = new DistillationLoss.Feedback(
                List.of(999, 499),
                OWN_DECODER,
                arena -> List.of(new WeightedReward("bright", (pixels, texts) -> pixels.mean(1, 2, 3), 1, 2)));
        try (DistillationObjective objective = objective(List.of(bright))) {
            Learner<LatentSample> student = objective.learners().getFirst();
            double before = terms(student, batch(objective)).getOrDefault("bright", Double.NaN);
            train(objective, STEPS, false);
            assertThat(terms(student, batch(objective)).get("bright")).isGreaterThan(before);
        }
        DistillationLoss content = new DistillationLoss.Feedback(
                List.of(999),
                OWN_DECODER,
                arena -> List.of(new WeightedReward("bright", (pixels, texts) -> pixels.mean(1, 2, 3), 1, -2)));
        assertThat(value(content, "bright lacking")).isZero();
    }

    @Test
    void whatASegmenterMissesReachesTheStudent() throws Exception {
        Path segmenter = random(Segmenter.TYPE, """
                {"_class_name": "Segmenter", "block_out_channels": [8, 16], "layers_per_block": [1, 1]}""");
        DistillationLoss masks = new DistillationLoss.Masks(
                segmenter,
                OWN_DECODER,
                new Scenes(Split.TRAIN, 4, SIZE, Optional.empty(), 0),
                new MaskLoss.Settings(1, 499));
        try (DistillationObjective objective = objective(List.of(masks))) {
            Learner<LatentSample> student = objective.learners().getFirst();
            double before = total(student, batch(objective));
            train(objective, FEW_STEPS, false);
            assertThat(total(student, batch(objective))).isFinite().isNotEqualTo(before);
        }
    }

    @Test
    void anotherAutoencoderMayDrawWhatRewardsLookAt() throws Exception {
        Path doubling = random(NetworkType.AUTOENCODER_TINY, """
                {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [8, 8], "num_encoder_blocks": [0, 0],
                 "decoder_block_out_channels": [8, 8], "num_decoder_blocks": [0, 0]}""");
        List<Long> widths = new ArrayList<>();
        DistillationLoss looking = new DistillationLoss.Feedback(
                List.of(999),
                new DistillationLoss.Decoding(Optional.of(doubling)),
                arena -> List.of(new WeightedReward(
                        "looking",
                        (pixels, texts) -> {
                            widths.add(pixels.size(3));
                            return pixels.mean(1, 2, 3);
                        },
                        1,
                        2)));
        value(looking, "looking");

        assertThat(widths).containsExactly(2L * SIZE / 8);
    }

    @Test
    void anAutoencoderForOtherLatentsIsRefusedBeforeTheFirstStep() throws Exception {
        Path sixteen = random(NetworkType.AUTOENCODER_TINY, """
                {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [8, 8], "num_encoder_blocks": [0, 0],
                 "decoder_block_out_channels": [8, 8], "num_decoder_blocks": [0, 0], "latent_channels": 16}""");
        DistillationLoss looking = new DistillationLoss.Feedback(
                List.of(999), new DistillationLoss.Decoding(Optional.of(sixteen)), arena -> List.of());

        assertThatThrownBy(() -> objective(List.of(looking)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("latent_channels is 16, but the U-Net makes latents of 4 channels");
    }

    @Test
    void rewardsAreToldTheCaptions() {
        List<String> told = new ArrayList<>();
        DistillationLoss listening = new DistillationLoss.Feedback(
                List.of(999),
                OWN_DECODER,
                arena -> List.of(new WeightedReward(
                        "listening",
                        (pixels, texts) -> {
                            told.addAll(texts);
                            return pixels.mean(1, 2, 3);
                        },
                        1,
                        2)));
        value(listening, "listening");

        Dataset<CaptionedImage> scenes = scenes(Split.TRAIN);
        assertThat(told).hasSize(4);
        for (int i = 0; i < told.size(); i++) {
            // Long captions are cut to what the tokenizer has room for.
            assertThat(spaced(scenes.get(i).caption())).startsWith(told.get(i));
            assertThat(told.get(i)).isNotEmpty();
        }
    }

    /** A caption as its tokens tell it. */
    private static String spaced(String caption) {
        return caption.toLowerCase(Locale.ROOT).replace(",", " ,");
    }

    @ParameterizedTest
    @MethodSource("waysToBeJudged")
    void sdxlIsDistilledToo(DistillationLoss judged) {
        try (DistillationObjective objective =
                objective(SDXL, List.of(judged), lora(4, Optional.empty(), Optional.empty()))) {
            Learner<LatentSample> student = objective.learners().getFirst();
            double before = total(student, batch(objective));
            train(objective, FEW_STEPS, false);
            assertThat(total(student, batch(objective))).isFinite().isNotEqualTo(before);
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
    }

    /** A term of an untrained student on the first pictures. */
    private double value(DistillationLoss judged, String term) {
        try (DistillationObjective objective = objective(List.of(judged))) {
            return terms(objective.learners().getFirst(), batch(objective)).getOrDefault(term, Double.NaN);
        }
    }

    private static Map<String, Double> terms(Learner<LatentSample> learner, List<LatentSample> batch) {
        return Engine.call(() -> TensorScope.released(() -> {
            Map<String, Double> values = new HashMap<>();
            learner.weights()
                    .current()
                    .during(() -> learner.loss().of(batch, RandomSource.at(1)))
                    .terms()
                    .forEach(term -> values.put(term.name(), term.value().item_double()));
            return values;
        }));
    }

    private static double total(Learner<LatentSample> learner, List<LatentSample> batch) {
        return terms(learner, batch).values().stream().mapToDouble(v -> v).sum();
    }

    private static double sum(Losses losses) {
        return losses.terms().stream()
                .mapToDouble(term -> term.value().item_double())
                .sum();
    }

    private static List<LatentSample> batch(DistillationObjective objective) {
        return LongStream.range(0, 4).mapToObj(objective.samples()::get).toList();
    }

    private void train(
            DistillationObjective objective, int steps, boolean checkpointing, TrainingListener... listeners) {
        TrainingSettings settings = new TrainingSettings(
                1, steps, 4, 1, Precision.F32, checkpointing, 0, new TrainingSettings.Intervals(steps, 0, 0));
        try (Trainer<LatentSample> trainer =
                new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(listeners))) {
            trainer.run();
        }
    }

    private static DistillationLoss consistency(Grid grid, int segments, double guidance, Noising noising) {
        return new DistillationLoss.Trajectory(
                new Method.Consistency(TargetTimestep.UNIFORM),
                teaching(guidance),
                new Segments(grid, segments),
                noising,
                new Distance.Squared(),
                1,
                Optional.empty());
    }

    private static DistillationLoss trajectory(
            Method method, Segments segments, Optional<AdversarialLoss.Settings> adversarial) {
        return new DistillationLoss.Trajectory(
                method, teaching(3), segments, new Noising(0.05, true), new Distance.Squared(), 1, adversarial);
    }

    private static DistillationLoss score(double guidance, Optional<AdversarialLoss.Settings> adversarial) {
        return new DistillationLoss.Score(
                teaching(guidance),
                List.of(999, 499),
                new DistributionMatching.Settings(1, 20, 980, 2, OPTIMISER),
                4,
                EnumSet.allOf(LoraLayers.class),
                adversarial);
    }

    private static Optional<AdversarialLoss.Settings> adversarial(AdversarialLoss.Kind kind) {
        return Optional.of(new AdversarialLoss.Settings(
                kind, LogitLoss.HINGE, AdversarialLoss.Real.TARGET, 0.1, OptionalDouble.empty(), 1, true, OPTIMISER));
    }

    private static DistillationLoss.Teaching teaching(double guidance) {
        return new DistillationLoss.Teaching(Optional.empty(), new GuidanceRange(guidance, guidance));
    }

    private static FineTuning lora(int rank, Optional<Path> start, Optional<Path> over) {
        return new FineTuning.Lora(rank, rank, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA, start, over);
    }

    private DistillationObjective objective(List<DistillationLoss> judged) {
        return objective(judged, lora(4, Optional.empty(), Optional.empty()));
    }

    private DistillationObjective objective(List<DistillationLoss> judged, FineTuning change) {
        return objective(model, judged, change);
    }

    private DistillationObjective objective(Path teacher, List<DistillationLoss> judged, FineTuning change) {
        return new DistillationObjective(
                ModelFiles.open(teacher),
                change,
                judged,
                new DistillationObjective.Settings(0, List.of("a red cat"), 2, 0.5, 1),
                OPTIMISER,
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }

    /** A folder with a network of random weights. */
    private <N> Path random(NetworkType<?, N> type, String config) throws IOException {
        Path network = Files.createDirectory(folder.resolve("network"));
        Files.writeString(network.resolve("config.json"), config);
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Parameters random = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                assertThat(type.make(Json.read(network.resolve("config.json")), random))
                        .isNotNull();
                Map<String, Tensor> weights = new HashMap<>();
                random.taken().forEach((name, parameter) -> weights.put(name, parameter.base()));
                SafetensorsWriter.write(network.resolve("diffusion_pytorch_model.safetensors"), weights, Map.of());
                return weights.size();
            }
        });
        return network;
    }
}

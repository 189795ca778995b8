package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.ENCODER;
import static dev.hypersd.distillation.TinyDistillation.FEATURES;
import static dev.hypersd.distillation.TinyDistillation.OPTIMISER;
import static dev.hypersd.distillation.TinyDistillation.OWN_DECODER;
import static dev.hypersd.distillation.TinyDistillation.PLAIN;
import static dev.hypersd.distillation.TinyDistillation.SIZE;
import static dev.hypersd.distillation.TinyDistillation.STEPS;
import static dev.hypersd.distillation.TinyDistillation.adversarial;
import static dev.hypersd.distillation.TinyDistillation.batch;
import static dev.hypersd.distillation.TinyDistillation.consistency;
import static dev.hypersd.distillation.TinyDistillation.lora;
import static dev.hypersd.distillation.TinyDistillation.reward;
import static dev.hypersd.distillation.TinyDistillation.scenes;
import static dev.hypersd.distillation.TinyDistillation.score;
import static dev.hypersd.distillation.TinyDistillation.student;
import static dev.hypersd.distillation.TinyDistillation.teacher;
import static dev.hypersd.distillation.TinyDistillation.terms;
import static dev.hypersd.distillation.TinyDistillation.trajectory;
import static dev.hypersd.distillation.TinyDistillation.weighted;
import static dev.hypersd.distillation.TinyDistillation.weightedTerms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.judge.Judge;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistillationObjectiveTest {
    /** After the first, everyone learns from what others have learned. */
    private static final int FEW_STEPS = 2;

    private static final Path SDXL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sdxl");

    @TempDir
    static Path shared;

    private static TinyDistillation tiny;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(shared);
    }

    @Test
    void anUntrainedStudentEqualsOneTeacherStepWithoutGuidance() {
        assertThat(tiny.value(consistency(40, 40, 1, PLAIN), "distance")).isCloseTo(0, within(1e-10));
    }

    @Test
    void withAsManySegmentsAsStepsTheGuidanceOfSingleStepsIsDistilled() {
        double three = tiny.value(consistency(40, 40, 3, PLAIN), "distance");
        double five = tiny.value(consistency(40, 40, 5, PLAIN), "distance");

        // The error is (scale - 1) times the difference of the teacher's two predictions.
        assertThat(three).isPositive();
        assertThat(five / three).isCloseTo(4, within(1e-3));
    }

    @Test
    void offsetNoiseAndPureNoiseChangeTheLoss() {
        int whole = 1; // Every trajectory starts at the last timestep.
        double plain = tiny.value(consistency(whole, 1, 3, PLAIN), "distance");

        assertThat(tiny.value(consistency(whole, 1, 3, new TrajectoryLoss.Noising(0.1, false)), "distance"))
                .isNotEqualTo(plain);
        assertThat(tiny.value(consistency(whole, 1, 3, new TrajectoryLoss.Noising(0, true)), "distance"))
                .isNotEqualTo(plain);
    }

    @Test
    void equalScoresGiveNoGradient() {
        assertThat(tiny.value(score(1, Optional.empty()), "score")).isCloseTo(0, within(1e-12));
        assertThat(tiny.value(score(5, Optional.empty()), "score")).isPositive();
    }

    @Test
    void theWeightOfABalancedDiscriminatorGrowsWithTheDistanceAndTheBalance() {
        double weight = balancedWeight(1, 0.01);

        // Within single precision: the same batch, the same noise, the same discriminator.
        assertThat(weight).isStrictlyBetween(0.0, 1.0);
        assertThat(balancedWeight(3, 0.01)).isCloseTo(3 * weight, within(1e-4 * weight));
        assertThat(balancedWeight(1, 0.02)).isCloseTo(2 * weight, within(1e-4 * weight));
    }

    private double balancedWeight(double distance, double balance) {
        AdversarialLoss.Settings balanced = new AdversarialLoss.Settings(
                FEATURES,
                AdversarialForm.SOFTPLUS,
                AdversarialLoss.Real.DATA,
                1,
                OptionalDouble.of(balance),
                List.of(),
                AdversarialLoss.Penalty.NONE,
                1,
                OPTIMISER);
        DistillationLoss.Settings loss = new TrajectoryLoss.Settings(
                new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM),
                teacher(3),
                8,
                1,
                PLAIN,
                new Distance.Squared(),
                distance,
                NoiseWeight.EQUAL,
                Optional.of(balanced));
        try (DistillationObjective objective = tiny.objective(loss)) {
            Learner<LatentSample> student = student(objective);
            return Engine.call(() -> TensorScope.released(() -> student.weights()
                    .current()
                    .during(() -> student.loss().of(batch(objective), 1, RandomSource.at(1)))
                    .terms()
                    .getLast()
                    .weight()));
        }
    }

    /** A model of 400 training timesteps, in which nothing about 1000 holds. */
    @Test
    void segmentsAndTimestepsAreThoseOfTheModelsSchedule() throws Exception {
        Path short400 = folder.resolve("short");
        RandomModel.write(short400, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
        Path scheduler = short400.resolve("scheduler/scheduler_config.json");
        Files.writeString(
                scheduler,
                Files.readString(scheduler)
                        .replaceFirst("\"num_train_timesteps\": *1000", "\"num_train_timesteps\": 400"));
        List<DistillationLoss.Settings> losses = List.of(
                trajectory(new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM), 1, Optional.empty()),
                score(3, List.of(), Divergence.REVERSE_KL, Optional.empty()));
        FineTuning change = lora(4, Optional.empty(), Optional.empty());
        try (DistillationObjective objective = tiny.objective(short400, losses, change)) {
            assertThat(terms(student(objective), batch(objective)))
                    .containsKeys("distance", "score")
                    .allSatisfy((name, value) -> assertThat(value).as(name).isFinite());
        }
        assertThatThrownBy(() -> tiny.objective(short400, List.of(score(3, Optional.empty())), change))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(
                        "timesteps of the distillation is [999, 499], and the model's last timestep is 399");
        assertThatThrownBy(() -> tiny.objective(short400, List.of(consistency(201, 1, 3, PLAIN)), change))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("teacher_steps is 201, and the model has 400 timesteps: at most 200 steps");
    }

    @Test
    void aRewardIsUsedFromItsStepOn() {
        FeedbackLoss.Settings feedback = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)),
                OWN_DECODER,
                List.of(
                        reward("early", 2, 1, (pixels, texts) -> pixels.mean(1, 2, 3)),
                        reward("late", 2, 3, (pixels, texts) -> pixels.mean(1, 2, 3))));
        try (DistillationObjective objective = tiny.objective(feedback)) {
            Learner<LatentSample> student = student(objective);

            assertThat(names(student, batch(objective), 2)).containsExactly("early loss", "early");
            assertThat(names(student, batch(objective), 3)).containsExactly("early loss", "early", "late loss", "late");
        }
    }

    private static List<String> names(Learner<LatentSample> student, List<LatentSample> batch, long step) {
        return Engine.call(() -> TensorScope.released(() ->
                student
                        .weights()
                        .current()
                        .during(() -> student.loss().of(batch, step, RandomSource.at(1)))
                        .terms()
                        .stream()
                        .map(Losses.Term::name)
                        .toList()));
    }

    static Stream<DistillationLoss.Settings> losses() {
        return Stream.concat(
                lossesWithAllLearners(),
                Stream.of(
                        trajectory(new TrajectoryLoss.Consistency(TargetTimestep.MIXED), 2, hinge(FEATURES)),
                        trajectory(new ProgressiveTargets(), 4, Optional.empty()),
                        trajectory(new RectifiedTargets(), 4, Optional.empty())));
    }

    /** Two losses that have, together, every kind of learner: a student, a fake score, and both discriminators. */
    static Stream<DistillationLoss.Settings> lossesWithAllLearners() {
        return Stream.of(
                trajectory(new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM), 1, hinge(ENCODER)),
                score(3, hinge(FEATURES)));
    }

    private static Optional<AdversarialLoss.Settings> hinge(Discriminator.Settings discriminator) {
        return Optional.of(adversarial(discriminator, AdversarialForm.HINGE));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void everyLearnerLowersItsLoss(DistillationLoss.Settings loss) {
        lowersItsLoss(loss, false);
    }

    @ParameterizedTest
    @MethodSource("lossesWithAllLearners")
    void everyLearnerLowersItsLossWithGradientCheckpointing(DistillationLoss.Settings loss) {
        lowersItsLoss(loss, true);
    }

    private void lowersItsLoss(DistillationLoss.Settings loss, boolean checkpointing) {
        try (DistillationObjective objective = tiny.objective(loss)) {
            objective.learners().forEach(learner -> lowersItsLoss(objective, learner, checkpointing));
        }
    }

    /** Trains {@code learner} alone, on one batch with one noise, on which its loss has to fall. */
    private void lowersItsLoss(DistillationObjective objective, Learner<LatentSample> learner, boolean checkpointing) {
        List<LatentSample> batch = batch(objective);
        Learner<LatentSample> alone = new Learner<>(
                learner.name(),
                learner.weights(),
                learner.optimiser().at(1e-4),
                (_, _, _) -> learner.loss().of(batch, 1, RandomSource.at(1)));
        double before = weighted(learner, batch);
        tiny.train(new OneLearner(objective, alone), FEW_STEPS, checkpointing);
        Map<String, Double> after = weightedTerms(learner, batch);
        double sum = after.values().stream().mapToDouble(x -> x).sum();

        // The value of distribution matching is no measure: only its gradient means something.
        if (after.containsKey("score")) {
            assertThat(sum).isFinite().isNotEqualTo(before);
        } else {
            assertThat(sum).as(learner.name()).isLessThan(before);
        }
    }

    @Test
    void theDiscriminatorIsFrozenWhileTheStudentLearnsFromIt() {
        DistillationLoss.Settings loss = losses().findFirst().orElseThrow();
        try (DistillationObjective objective = tiny.objective(loss)) {
            Learner<LatentSample> student = student(objective);
            Learner<LatentSample> discriminator = objective.learners().getFirst();
            boolean[] differentiable = Engine.call(() -> TensorScope.released(
                    () -> new boolean[] {pulled(student, batch(objective)), told(discriminator, batch(objective))}));

            assertThat(differentiable).containsExactly(false, true);
        }
    }

    /**
     * Returns whether the student's adversarial term depends on anything that learns while the student itself is
     * frozen.
     */
    private static boolean pulled(Learner<LatentSample> student, List<LatentSample> batch) {
        return student.weights().frozen().during(() -> student.loss().of(batch, 1, RandomSource.at(1))).terms().stream()
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
                .during(() -> discriminator.loss().of(batch, 1, RandomSource.at(1)))
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
        DistillationLoss.Settings loss = new TrajectoryLoss.Settings(
                new TrajectoryLoss.Consistency(TargetTimestep.BOUNDARY),
                teacher(3),
                2,
                1,
                PLAIN,
                new Distance.PseudoHuber(1e-3),
                1,
                NoiseWeight.EQUAL,
                Optional.empty());
        Path published = Files.createDirectory(folder.resolve("published"));
        double learned;
        try (DistillationObjective objective = tiny.objective(loss)) {
            tiny.train(objective, STEPS, false, listener);
            assertThat(objective.show()).containsOnlyKeys("samples");
            objective.publish(published);
            Learner<LatentSample> student = student(objective);
            learned = Engine.call(() -> TensorScope.released(() -> student.weights()
                    .average()
                    .during(() -> student.loss()
                            .of(batch(objective), 1, RandomSource.at(1))
                            .terms()
                            .getFirst()
                            .value()
                            .item_double())));
        }

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        Path lora = published.resolve("lora.safetensors");
        try (LoraFile file = LoraFile.open(lora)) {
            assertThat(file.ranks()).containsExactly(4L);
        }
        try (DistillationObjective later =
                tiny.objective(List.of(loss), lora(4, Optional.of(lora), Optional.empty()))) {
            // The file has half precision.
            assertThat(weighted(student(later), batch(later))).isCloseTo(learned, within(1e-3 * learned));
        }
        try (DistillationObjective beside =
                tiny.objective(List.of(loss), lora(2, Optional.empty(), Optional.of(lora)))) {
            assertThat(weighted(student(beside), batch(beside))).isCloseTo(learned, within(1e-3 * learned));
        }
        assertThatThrownBy(() -> tiny.objective(List.of(loss), lora(8, Optional.of(lora), Optional.empty())))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("has the rank 4")
                .hasMessageContaining("choose the same rank");
    }

    @Test
    void feedbackRaisesTheRewardUpToItsThreshold() {
        // The reward is how bright a picture is.
        DistillationLoss.Settings bright = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999, 499)),
                OWN_DECODER,
                List.of(reward("bright", 2, 1, (pixels, texts) -> pixels.mean(1, 2, 3))));
        try (DistillationObjective objective = tiny.objective(bright)) {
            Learner<LatentSample> student = student(objective);
            double before = terms(student, batch(objective)).getOrDefault("bright", Double.NaN);
            tiny.train(objective, STEPS, false);
            assertThat(terms(student, batch(objective)).get("bright")).isGreaterThan(before);
        }
        DistillationLoss.Settings content = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)),
                OWN_DECODER,
                List.of(reward("bright", -2, 1, (pixels, texts) -> pixels.mean(1, 2, 3))));
        assertThat(tiny.value(content, "bright loss")).isZero();
    }

    @Test
    void theSegmentationLossHasGradientsInTheStudent() throws Exception {
        Path segmenter = random(Segmenter.TYPE, """
            {"_class_name": "Segmenter", "block_out_channels": [8, 16], "layers_per_block": [1, 1]}\
            """);
        JudgeFolder judges = new JudgeFolder(segmenter.resolveSibling("judges"));
        Files.createDirectory(judges.path());
        Files.move(segmenter, judges.of(Judge.SEGMENTATION));
        DistillationLoss.Settings masks = new SegmentationLoss.Settings(
                judges, OWN_DECODER, new Scenes(Split.TRAIN, 4, SIZE, Optional.empty(), 0), 1, OptionalInt.empty());
        try (DistillationObjective objective = tiny.objective(masks)) {
            Learner<LatentSample> student = student(objective);
            lowersItsLoss(objective, student, false);
        }
    }

    @Test
    void anotherAutoencoderCanDecodePicturesForRewards() throws Exception {
        Path doubling = random(NetworkType.AUTOENCODER_TINY, """
            {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [8, 8], "num_encoder_blocks": [0, 0],
             "decoder_block_out_channels": [8, 8], "num_decoder_blocks": [0, 0]}\
            """);
        List<Long> widths = new ArrayList<>();
        DistillationLoss.Settings looking = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)),
                new FeedbackLoss.Decoder(Optional.of(doubling)),
                List.of(reward("looking", 2, 1, (pixels, texts) -> {
                    widths.add(pixels.size(3));
                    return pixels.mean(1, 2, 3);
                })));
        tiny.value(looking, "looking");

        assertThat(widths).containsExactly(2L * SIZE / 8);
    }

    @Test
    void anAutoencoderForOtherLatentsIsRefusedBeforeTheFirstStep() throws Exception {
        Path sixteen = random(NetworkType.AUTOENCODER_TINY, """
            {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [8, 8], "num_encoder_blocks": [0, 0],
             "decoder_block_out_channels": [8, 8], "num_decoder_blocks": [0, 0], "latent_channels": 16}\
            """);
        DistillationLoss.Settings looking = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)), new FeedbackLoss.Decoder(Optional.of(sixteen)), List.of());

        assertThatThrownBy(() -> tiny.objective(looking))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("latent_channels is 16, but the U-Net makes latents of 4 channels");
    }

    @Test
    void rewardsGetTheCaptions() {
        List<String> told = new ArrayList<>();
        DistillationLoss.Settings listening = new FeedbackLoss.Settings(
                new Rollout.Settings(List.of(999)), OWN_DECODER, List.of(reward("listening", 2, 1, (pixels, texts) -> {
                    told.addAll(texts);
                    return pixels.mean(1, 2, 3);
                })));
        tiny.value(listening, "listening");

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
    @MethodSource("lossesWithAllLearners")
    void sdxlIsDistilledToo(DistillationLoss.Settings loss) {
        try (DistillationObjective objective =
                tiny.objective(SDXL, List.of(loss), lora(4, Optional.empty(), Optional.empty()))) {
            Learner<LatentSample> student = student(objective);
            lowersItsLoss(objective, student, false);
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
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

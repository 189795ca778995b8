package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What discriminators learn and look at, on a tiny U-Net with random weights. */
class DiscriminatorTest {
    private static final int STEPS = 12;
    private static final int SIZE = 8;

    /** Of the states of the text encoder. */
    private static final int WIDTH = 64;

    @TempDir
    static Path folder;

    private static StartedModel model;

    /** A loaded U-Net. */
    private record StartedModel(Network<UNet2DConditionModel> unet, TensorArena arena) {}

    @BeforeAll
    static void load() {
        Path path = folder.resolve("model");
        RandomModel.write(path, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        TensorArena arena = new TensorArena();
        model = new StartedModel(
                Engine.infer(() -> ModelFiles.open(path).part("unet").load(NetworkType.UNET, Dtype.F32, arena)), arena);
    }

    @AfterAll
    static void close() {
        model.arena().close();
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.Kind.class)
    void logitsOfRealLatentsRiseAndThoseOfFakeOnesFall(AdversarialLoss.Kind kind) {
        double[] gaps = Engine.call(() -> {
            try (TensorArena arena = new TensorArena()) {
                Discriminator discriminator = discriminator(kind, true, arena);
                TrainableWeights weights = new TrainableWeights(discriminator.tuning(), 0, 1, arena);
                double before = gap(discriminator, weights);
                train(discriminator, weights);
                return new double[] {before, gap(discriminator, weights)};
            }
        });

        assertThat(gaps[1]).isGreaterThan(gaps[0] + 0.1).isPositive();
    }

    @Test
    void onlyAConditionalEncoderSeesTheStart() {
        boolean[] differ = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                return new boolean[] {
                    dependsOnStart(discriminator(AdversarialLoss.Kind.ENCODER, true, arena), arena),
                    dependsOnStart(discriminator(AdversarialLoss.Kind.ENCODER, false, arena), arena),
                    dependsOnStart(discriminator(AdversarialLoss.Kind.FEATURES, true, arena), arena)
                };
            }
        });

        assertThat(differ).containsExactly(true, false, false);
    }

    private static Discriminator discriminator(AdversarialLoss.Kind kind, boolean conditional, TensorArena arena) {
        UNet2DConditionModel unet = model.unet().network();
        return switch (kind) {
            case FEATURES -> new FeatureDiscriminator(unet, 1, 1, arena);
            case ENCODER ->
                new EncoderDiscriminator(
                        unet.encoder(),
                        model.unet().parameters(),
                        unet.config().levels().getLast().channels(),
                        SIZE >> (unet.config().levels().size() - 1),
                        conditional,
                        1,
                        arena);
        };
    }

    private static boolean dependsOnStart(Discriminator discriminator, TensorArena arena) {
        TrainableWeights weights = new TrainableWeights(discriminator.tuning(), 0, 1, arena);
        return TensorScope.released(() -> weights.frozen().during(() -> {
            Tensor latents = latents(1, 0);
            Tensor one = discriminator
                    .logits(latents, all(100), target(latents(2, 0)), text())
                    .getFirst();
            Tensor other = discriminator
                    .logits(latents, all(100), target(latents(3, 0)), text())
                    .getFirst();
            return !one.equal(other);
        }));
    }

    /** How much higher logits of real latents are on the mean. */
    private static double gap(Discriminator discriminator, TrainableWeights weights) {
        return TensorScope.released(() -> weights.frozen()
                .during(() -> mean(logits(discriminator, 1, 0.5)) - mean(logits(discriminator, 2, -0.5))));
    }

    private static double mean(List<Tensor> logits) {
        return logits.stream()
                .mapToDouble(map -> map.mean().item_double())
                .average()
                .orElseThrow();
    }

    /** Real latents are brighter than fake ones. */
    private static List<Tensor> logits(Discriminator discriminator, long seed, double brightness) {
        return discriminator.logits(latents(seed, brightness), all(100), target(latents(7, 0)), text());
    }

    private static void train(Discriminator discriminator, TrainableWeights weights) {
        Objective<Integer> objective = new Objective<>() {
            @Override
            public Dataset<Integer> samples() {
                return new Dataset<>() {
                    @Override
                    public long size() {
                        return 1;
                    }

                    @Override
                    public Integer get(long index) {
                        return 0;
                    }
                };
            }

            @Override
            public List<Learner<Integer>> learners() {
                OptimiserSettings optimiser = OptimiserSettings.usual(new LearningRate(1e-3, 0, STEPS, 1));
                return List.of(new Learner<>(
                        "discriminator",
                        weights,
                        optimiser,
                        (_, step, _) -> Losses.of(
                                "hinge",
                                AdversarialLoss.Form.HINGE.discriminatorLoss(
                                        logits(discriminator, 10 + step, 0.5),
                                        logits(discriminator, 100 + step, -0.5)))));
            }

            @Override
            public void publish(Path target) {}

            @Override
            public void close() {}
        };
        TrainingSettings settings =
                new TrainingSettings(1, STEPS, 1, 1, Precision.F32, new TrainingSettings.Intervals(STEPS, 0, 0));
        try (Trainer<Integer> trainer = new Trainer<>(
                objective, settings, new Checkpoints(Files.createTempDirectory(folder, "run"), 1), List.of())) {
            trainer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor latents(long seed, double brightness) {
        return RandomSource.at(seed).normal(2, 4, SIZE, SIZE).add(new Scalar(brightness));
    }

    private static Target target(Tensor start) {
        return new Target(start, all(500), start, all(0), all(999));
    }

    private static Conditioning text() {
        return Conditioning.of(RandomSource.at(5).normal(2, 77, WIDTH));
    }

    private static int[] all(int timestep) {
        return new int[] {timestep, timestep};
    }
}

package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.FeatureDiscriminator.Depth;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Discriminators on a tiny U-Net with random weights. */
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

    /** The kinds, by name. */
    enum Kind {
        FEATURES,
        ENCODER
    }

    @ParameterizedTest
    @EnumSource
    void logitsOfRealLatentsRiseAndThoseOfFakeOnesFall(Kind kind) {
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
                    dependsOnStart(discriminator(Kind.ENCODER, true, arena), arena),
                    dependsOnStart(discriminator(Kind.ENCODER, false, arena), arena),
                    dependsOnStart(discriminator(Kind.FEATURES, true, arena), arena)
                };
            }
        });

        assertThat(differ).containsExactly(true, false, false);
    }

    /** Heads at chosen depths, of which some judge at a time. */
    @Test
    void headsAreDrawnFromAPoolAtTheChosenDepths() {
        List<Integer> counts = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                UNet2DConditionModel unet = model.unet().network();
                int levels = unet.config().levels().size();
                FeatureDiscriminator pool = new FeatureDiscriminator(
                        unet,
                        new FeatureDiscriminator.Settings(EnumSet.of(Depth.DOWN, Depth.MIDDLE), 4, 2, 0),
                        1,
                        arena);
                List<Integer> heads = pool.heads(RandomSource.at(1));
                int logits = TensorScope.released(() -> pool.logits(
                                new Noisy(latents(1, 0), all(100)), start(2), text(), heads)
                        .size());
                return List.of(heads.size(), logits - 2 * (levels + 1), (int) IntStream.range(0, 20)
                        .mapToObj(i -> pool.heads(RandomSource.at(i)))
                        .distinct()
                        .count());
            }
        });

        assertThat(counts.get(0)).isEqualTo(2);
        assertThat(counts.get(1)).isZero();
        assertThat(counts.get(2)).isBetween(4, 6); // There are six pairs of four heads.
    }

    @Test
    void aTenthOfTheHeadsBeginsAnewInAStepAndTheStepAloneDecidesWhich() {
        List<Long> counts = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Discriminator pool = new FeatureDiscriminator(model.unet().network(), settings(20, 1, 0.1), 1, arena);
                long all = pool.tuning().shapes().size();
                return TensorScope.released(() -> {
                    Map<String, Tensor> once = pool.renewal().before(7);
                    Map<String, Tensor> again = pool.renewal().before(7);
                    assertThat(again.keySet()).isEqualTo(once.keySet());
                    assertThat(pool.renewal().before(8).keySet()).isNotEqualTo(once.keySet());
                    once.forEach((name, tensor) -> {
                        assertThat(tensor.equal(again.get(name))).as(name).isTrue();
                        assertThat(Tensors.shape(tensor))
                                .isEqualTo(pool.tuning().shapes().get(name));
                    });
                    return List.of(all, (long) once.size());
                });
            }
        });

        // Seven depths of twenty heads: 14 of 140 are expected, with a deviation of 3.5.
        assertThat(counts.get(1) / (double) counts.get(0)).isBetween(0.02, 0.2);
    }

    private static Discriminator discriminator(Kind kind, boolean conditional, TensorArena arena) {
        UNet2DConditionModel unet = model.unet().network();
        return switch (kind) {
            case FEATURES -> new FeatureDiscriminator(unet, settings(1, 1, 0), 1, arena);
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
            Noisy compared = new Noisy(latents, all(100));
            Tensor one =
                    discriminator.logits(compared, start(2), text(), List.of(0)).getFirst();
            Tensor other =
                    discriminator.logits(compared, start(3), text(), List.of(0)).getFirst();
            return !one.equal(other);
        }));
    }

    /** Returns the difference between the mean logits of real and of other latents. */
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
        return discriminator.logits(new Noisy(latents(seed, brightness), all(100)), start(7), text(), List.of(0));
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
                                AdversarialForm.HINGE.discriminatorLoss(
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

    private static Noisy start(long seed) {
        return new Noisy(latents(seed, 0), all(500));
    }

    private static FeatureDiscriminator.Settings settings(int heads, int atOnce, double renewed) {
        return new FeatureDiscriminator.Settings(EnumSet.allOf(Depth.class), heads, atOnce, renewed);
    }

    private static Conditioning text() {
        return Conditioning.of(RandomSource.at(5).normal(2, 77, WIDTH));
    }

    private static int[] all(int timestep) {
        return new int[] {timestep, timestep};
    }
}

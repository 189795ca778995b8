package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenoisingObjectiveTest {
    private static final int STEPS = 6;
    private static final int SIZE = 64;

    @TempDir
    static Path shared;

    private static Path model;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeModel() {
        model = shared.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
    }

    @Test
    void learnsAndPublishesAModelThatDraws() {
        Path published = folder.resolve("published");
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.values().getOrDefault("base/squared error", Double.NaN));
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, STEPS, 4, 1, Precision.F32, new TrainingSettings.Intervals(STEPS, 0, 0));
        try (DenoisingObjective objective = objective();
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(listener))) {
            trainer.run();
            objective.publish(published);
        }

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(published))) {
            Image drawn = pipeline.generate(ImageRequest.of("a red cat")
                            .steps(1)
                            .size(SIZE, SIZE)
                            .build())
                    .getFirst()
                    .image();
            assertThat(drawn.width()).isEqualTo(SIZE);
        }
    }

    @Test
    void showsAPictureForEachCaption() {
        try (DenoisingObjective objective = objective()) {
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
    }

    @Test
    void weightsThatAreNotTrainedDoNotChange() {
        Path published = folder.resolve("published");
        TrainingSettings settings =
                new TrainingSettings(1, 2, 2, 1, Precision.F32, new TrainingSettings.Intervals(2, 0, 0));
        try (DenoisingObjective objective = objective(name -> name.startsWith("text_encoder."));
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of())) {
            trainer.run();
            objective.publish(published);
        }

        assertThat(same(published.resolve("unet"), model.resolve("unet"))).isTrue();
        assertThat(same(published.resolve("text_encoder"), model.resolve("text_encoder")))
                .isFalse();
    }

    @Test
    void aTrainingWithoutTrainedParametersIsRefused() {
        assertThatThrownBy(() -> objective(name -> false))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageMatching("base.trainable matches no weight of .*model; they have names such as unet\\.\\S+");
    }

    /** Returns whether two folders of a network hold the same weights, in the precision that is published. */
    private static boolean same(Path one, Path other) {
        try (WeightSource first = ModelPart.in(one).openWeights();
                WeightSource second = ModelPart.in(other).openWeights()) {
            return Engine.infer(() ->
                    first.names().stream().allMatch(name -> half(first, name).equal(half(second, name))));
        }
    }

    private static Tensor half(WeightSource source, String name) {
        return source.find(name).orElseThrow().load().to(Dtype.F16.scalarType());
    }

    private DenoisingObjective objective() {
        return objective(name -> true);
    }

    private DenoisingObjective objective(Predicate<String> learns) {
        return DenoisingObjective.base(
                model,
                model.resolve("vae"),
                learns,
                new DenoisingObjective.Settings(
                        0.1,
                        TimestepShift.NONE,
                        new RatioRange(0, 5),
                        LossWeights.PLAIN,
                        List.of(
                                new SamplePrompt("a red cat", "", 25, 3, 1),
                                new SamplePrompt("two blue stars", "blurry", 4, 1, 2)),
                        0.9,
                        1),
                OptimiserSettings.usual(new LearningRate(1e-3, 2, STEPS, 0.1)),
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }
}

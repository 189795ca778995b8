package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.Captioned;
import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.ImageRequest;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.Precision;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenoisingObjectiveTest {
    private static final int STEPS = 12;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void writeModel() {
        model = folder.resolve("model");
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
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(published, LoadOptions.DEFAULT)) {
            Image drawn = pipeline.generate(
                            ImageRequest.of("a red cat").steps(1).build())
                    .getFirst()
                    .image();
            assertThat(drawn.width()).isEqualTo(128);
        }
    }

    @Test
    void showsAPictureForEachCaption() {
        try (DenoisingObjective objective = objective()) {
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
    }

    private DenoisingObjective objective() {
        return DenoisingObjective.base(
                model,
                model.resolve("vae"),
                new DenoisingObjective.Settings(
                        0.1, new RatioRange(0, 5), List.of("a red cat", "two blue stars"), 3, 0.9, 1),
                OptimiserSettings.usual(new LearningRate(1e-3, 2, STEPS, 0.1)),
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<Captioned> scenes(Split split) {
        return Scenes.of(split, 4)
                .map(sample -> new Captioned(sample.image(), sample.caption().text()));
    }
}

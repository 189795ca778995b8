package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Footprint;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two steps with a model of the full size, and what they cost:
 * {@code ./mvnw test -pl train -am -Dtest=FullSizeFineTuningTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dhypersd.tests.excluded=}
 */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads the peak of memory as Linux tells it")
class FullSizeFineTuningTest {
    @TempDir
    static Path folder;

    @ParameterizedTest(name = "gradient checkpointing {0}")
    @CsvSource({"true,7", "false,11"})
    void aLoraForSd15IsTrainedInLessGibibytesThan(boolean checkpointing, double limit) throws IOException {
        Path model = folder.resolve("sd15");
        if (!Files.exists(model)) {
            RandomModel.write(model, ModelTemplate.SD15, 0, Dtype.F16, (written, total) -> {});
        }
        Engine.useThreads(Runtime.getRuntime().availableProcessors());
        TrainingListener listener = new TrainingListener() {
            @Override
            public void started(long done, long steps) {
                System.out.printf(
                        "before the first step: %.1f s of processors until now, %.1f GiB%n",
                        Footprint.processorSeconds(), Footprint.gibibytes("VmRSS"));
                Footprint.forgetPeak();
            }

            @Override
            public void step(StepReport report) {
                System.out.printf(
                        "gradient checkpointing %b: step %d took %.1f s, %.1f s of processors until now, peak %.1f"
                                + " GiB%n",
                        checkpointing,
                        report.step(),
                        report.seconds(),
                        Footprint.processorSeconds(),
                        Footprint.gibibytes("VmHWM"));
            }
        };
        TrainingSettings settings = new TrainingSettings(
                1, 2, 1, 1, Precision.F32, checkpointing, 0, new TrainingSettings.Intervals(100, 0, 0));
        try (DenoisingObjective objective = objective(model);
                Trainer<LatentSample> trainer = new Trainer<>(
                        objective, settings, new Checkpoints(checkpoints(checkpointing), 1), List.of(listener))) {
            trainer.run();
        }
        assertThat(Footprint.gibibytes("VmHWM")).isLessThan(limit);
    }

    private static DenoisingObjective objective(Path model) {
        return DenoisingObjective.fineTuning(
                ModelFiles.open(model),
                new FineTuning.Lora(16, 16, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA),
                new DenoisingObjective.Settings(
                        0.1, TimestepShift.NONE, new RatioRange(0, 5), LossWeights.PLAIN, List.of(), 0.9, 1),
                OptimiserSettings.usual(new LearningRate(1e-4, 0, 2, 1)),
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 2, 256, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }

    private static Path checkpoints(boolean checkpointing) throws IOException {
        return Files.createDirectories(folder.resolve("checkpoints-" + checkpointing));
    }
}

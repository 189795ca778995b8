package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two steps of every way to distil a model of the full size, and what they cost:
 * {@code ./mvnw test -pl train -am -Dtest=FullSizeDistillationTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dhypersd.tests.excluded=}
 */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads the peak of memory as Linux tells it")
class FullSizeDistillationTest {
    private static final OptimiserSettings OPTIMISER = OptimiserSettings.usual(new LearningRate(1e-4, 0, 2, 1));
    private static final double MOST_MEMORY = 22;

    @TempDir
    static Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "consistency",
                "progressive",
                "rectified",
                "features",
                "encoder",
                "score",
                "score and data",
                "feedback"
            })
    void aFullSizeModelIsDistilledWithinTheMemoryOfADesktopComputer(String way) throws IOException {
        Path model = folder.resolve("sd15");
        if (!Files.exists(model)) {
            RandomModel.write(model, ModelTemplate.SD15, 0, Dtype.F16, (written, total) -> {});
        }
        Engine.useThreads(Runtime.getRuntime().availableProcessors());
        TrainingListener listener = new TrainingListener() {
            @Override
            public void started(long done, long steps) {
                Footprint.forgetPeak();
            }

            @Override
            public void step(StepReport report) {
                System.out.printf(
                        "%s: step %d took %.1f s, %.1f s of processors until now, peak %.1f GiB%n",
                        way,
                        report.step(),
                        report.seconds(),
                        Footprint.processorSeconds(),
                        Footprint.gibibytes("VmHWM"));
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, 2, 1, 1, Precision.MIXED, true, 0, new TrainingSettings.Intervals(100, 0, 0));
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints-" + way));
        try (DistillationObjective objective = objective(model, loss(way));
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(checkpoints, 1), List.of(listener))) {
            assertThat(trainer.run()).isTrue();
        }
        assertThat(Footprint.gibibytes("VmHWM")).isLessThan(MOST_MEMORY);
    }

    private static DistillationLoss.Settings loss(String way) {
        TargetMaker consistency = new TrajectoryLoss.Consistency(TargetTimestep.UNIFORM);
        return switch (way) {
            case "consistency" -> trajectory(consistency, Optional.empty());
            case "progressive" -> trajectory(new ProgressiveTargets(), Optional.empty());
            case "rectified" -> trajectory(new RectifiedTargets(), Optional.empty());
            case "features" -> trajectory(consistency, adversarial(TinyDistillation.FEATURES));
            case "encoder" -> trajectory(consistency, adversarial(TinyDistillation.ENCODER));
            case "score" -> score(Optional.empty());
            case "score and data" -> score(adversarial(TinyDistillation.FEATURES));
            case "feedback" ->
                new FeedbackLoss.Settings(
                        new Rollout.Settings(List.of(999)),
                        new FeedbackLoss.Decoder(Optional.empty()),
                        List.of(new FeedbackLoss.WeightedReward.Settings(
                                "bright", arena -> (pixels, texts) -> pixels.mean(1, 2, 3), 1, 2, 1)));
            default -> throw new AssertionError(way);
        };
    }

    private static DistillationLoss.Settings score(Optional<AdversarialLoss.Settings> adversarial) {
        return new DistributionMatchingLoss.Settings(
                teacher(),
                new Rollout.Settings(List.of(999)),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.REVERSE_KL,
                new DistributionMatchingLoss.FakeScore(1, false, OPTIMISER, 16, EnumSet.allOf(LoraLayers.class)),
                adversarial);
    }

    private static DistillationLoss.Settings trajectory(
            TargetMaker method, Optional<AdversarialLoss.Settings> adversarial) {
        return new TrajectoryLoss.Settings(
                method,
                teacher(),
                8,
                4,
                new TrajectoryLoss.Noising(0.05, true),
                new Distance.Squared(),
                1,
                NoiseWeight.EQUAL,
                adversarial);
    }

    private static Teacher.Settings teacher() {
        return new Teacher.Settings(Optional.empty(), new Teacher.Guidance(5, 6));
    }

    private static Optional<AdversarialLoss.Settings> adversarial(Discriminator.Settings discriminator) {
        return Optional.of(TinyDistillation.adversarial(discriminator, AdversarialForm.SOFTPLUS));
    }

    private static DistillationObjective objective(Path model, DistillationLoss.Settings loss) {
        return new DistillationObjective(
                ModelFiles.open(model),
                new FineTuning.Lora(64, 64, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA),
                List.of(loss),
                Optional.empty(),
                new DistillationObjective.Settings(0, List.of(), 0.95, 1),
                OPTIMISER,
                new Pictures(
                        scenes(Split.TRAIN), scenes(Split.VALIDATION), folder.resolve("latents"), (done, total) -> {}));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 2, 256, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }
}

package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.teacher;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.DistributionMatchingLoss.FakeScore;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the parts of a training step cost on the embedded model, which is the table in docs/distil-your-model.md. It
 * measures the time of the processor on one thread, so that other programs disturb it little. Minutes, so:
 *
 * <pre>OMP_NUM_THREADS=1 ./mvnw -pl train -am test -Dhypersd.tests.excluded= -Dtest=StepCostTest
 * -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Tag("slow")
class StepCostTest {
    private static final System.Logger LOG = System.getLogger(StepCostTest.class.getName());
    private static final int STEPS = 3;
    private static final int BATCH = 16;
    private static final int RANK = 32;
    private static final OptimiserSettings OPTIMISER = OptimiserSettings.usual(new LearningRate(1e-4, 0, STEPS, 1));

    @TempDir
    static Path folder;

    @Test
    void sharedPassesAndHalvesMakeAStepCheaper() throws IOException {
        DistillationLoss.Settings trajectory = TinyDistillation.consistency(40, 1, 3, TinyDistillation.PLAIN);
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("trajectory", seconds(false, trajectory));
        seconds.put("score", seconds(false, score(false, false)));
        seconds.put("score, drawn once", seconds(false, score(false, true)));
        seconds.put("score with a discriminator", seconds(false, score(true, false)));
        seconds.put("trajectory and score with a discriminator", seconds(false, trajectory, score(true, false)));
        seconds.put("the same, drawn once", seconds(false, trajectory, score(true, true)));
        seconds.put("the same in halves", seconds(true, trajectory, score(true, true)));
        double unit = seconds.getOrDefault("trajectory", 0.0);
        seconds.forEach((part, time) ->
                LOG.log(System.Logger.Level.INFO, () -> "%s: %.2f s, %.2f".formatted(part, time, time / unit)));

        List<Double> last = List.copyOf(seconds.values()).subList(4, 7).reversed();
        assertThat(last).isSorted();
    }

    private static DistillationLoss.Settings score(boolean adversarial, boolean drawOnce) {
        return new DistributionMatchingLoss.Settings(
                teacher(3),
                new Rollout.Settings(List.of(999)),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.REVERSE_KL,
                new FakeScore(2, drawOnce, OPTIMISER, RANK, EnumSet.allOf(LoraLayers.class)),
                adversarial
                        ? Optional.of(TinyDistillation.adversarial(TinyDistillation.FEATURES, AdversarialForm.SOFTPLUS))
                        : Optional.empty());
    }

    /** Returns the least time of the processor that a step took. */
    private static double seconds(boolean halves, DistillationLoss.Settings... losses) throws IOException {
        double[] times = {0, Double.POSITIVE_INFINITY};
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                double now =
                        Engine.call(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9);
                if (report.step() > 1) {
                    times[1] = Math.min(times[1], now - times[0]);
                }
                times[0] = now;
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, STEPS, BATCH, 1, Precision.MIXED, new TrainingSettings.Intervals(100, 0, 0));
        Checkpoints checkpoints = new Checkpoints(Files.createTempDirectory(folder, "run"), 1);
        try (DistillationObjective objective = new DistillationObjective(
                        ModelFiles.open(Path.of("../mini/src/main/resources/dev/hypersd/mini/hypersd-mini")),
                        new FineTuning.Lora(RANK, RANK, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA),
                        List.of(losses),
                        Optional.empty(),
                        new DistillationObjective.Settings(0, List.of(), 0.95, 1, halves),
                        OPTIMISER,
                        new Pictures(
                                scenes(Split.TRAIN),
                                scenes(Split.VALIDATION),
                                folder.resolve("latents"),
                                (done, total) -> {}));
                Trainer<LatentSample> trainer = new Trainer<>(objective, settings, checkpoints, List.of(listener))) {
            assertThat(trainer.run()).isTrue();
        }
        return times[1];
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, BATCH, 128, Optional.empty(), 0)
                .map(sample ->
                        new CaptionedImage(sample.image(), sample.caption().text()));
    }
}

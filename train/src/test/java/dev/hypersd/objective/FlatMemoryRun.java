package dev.hypersd.objective;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.Method;
import dev.hypersd.training.Precision;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A process that trains a tiny base model for many steps and says every {@value #EVERY} of them how much memory it has. */
final class FlatMemoryRun {
    static final int STEPS = 5000;
    static final int EVERY = 250;
    private static final int PIXELS = 64;

    private FlatMemoryRun() {}

    /** @param arguments the folder of the run */
    public static void main(String... arguments) {
        Path folder = Path.of(arguments[0]);
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        TrainingListener telling = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                if (report.step() % EVERY == 0) {
                    System.out.printf("%d %d%n", report.step(), residentKibibytes());
                }
            }
        };
        TrainingSettings settings = new TrainingSettings(
                1, STEPS, 2, 1, Precision.MIXED, new TrainingSettings.Intervals(EVERY, EVERY, 5 * EVERY));
        try (DenoisingObjective objective = objective(model, folder.resolve("latents"));
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(telling))) {
            trainer.run();
        }
    }

    private static DenoisingObjective objective(Path model, Path latents) {
        return DenoisingObjective.base(
                model,
                model.resolve("vae"),
                new DenoisingObjective.Settings(0.1, 5, List.of("a red cat"), 3, 0.99, 1),
                OptimiserSettings.usual(new LearningRate(1e-3, 2, STEPS, 0.1)).by(Method.MUON),
                new Pictures(
                        new Scenes(Split.TRAIN, 16, PIXELS, Optional.empty(), 0).map(Sample::captioned),
                        new Scenes(Split.VALIDATION, 4, PIXELS, Optional.empty(), 0).map(Sample::captioned),
                        latents,
                        (done, total) -> {}));
    }

    private static long residentKibibytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

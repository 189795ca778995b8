package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelSource;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.ImageRequest;
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
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fine-tunes small models for a few steps.
 *
 * @param folder for latents and checkpoints
 */
record TinyFineTuning(Path folder) {
    static final int STEPS = 6;
    static final int SIZE = 64;

    /** A word that each caption begins with. */
    static final String WORD = "zorb";

    /** The losses of all steps; the result is in {@code published}. */
    List<Double> train(Path model, FineTuning change, boolean checkpointing, Precision precision, Path published) {
        return train(model, change, checkpointing, precision, STEPS, published);
    }

    /** The losses of {@code steps} steps; the result is in {@code published}. */
    List<Double> train(
            Path model, FineTuning change, boolean checkpointing, Precision precision, int steps, Path published) {
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
            }
        };
        TrainingSettings settings = new TrainingSettings(
                1, steps, 4, 1, precision, checkpointing, 0, new TrainingSettings.Intervals(steps, 0, 0));
        try (DenoisingObjective objective = objective(model, change, new ArrayList<>());
                Trainer<LatentSample> trainer = new Trainer<>(
                        objective, settings, new Checkpoints(checkpoints(published), 1), List.of(listener))) {
            trainer.run();
            Files.createDirectories(published);
            objective.publish(published);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return losses;
    }

    /** Publishes the same after being interrupted and continued as {@link #train} does. */
    void trainWithAnInterruption(Path model, FineTuning change, Path published) {
        try {
            Path checkpoints = checkpoints(published);
            train(model, change, checkpoints, STEPS / 2);
            train(model, change, checkpoints, STEPS);
            try (DenoisingObjective objective = objective(model, change, new ArrayList<>());
                    Trainer<LatentSample> trainer = trainer(objective, checkpoints, STEPS)) {
                trainer.resume();
                objective.publish(Files.createDirectories(published));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void train(Path model, FineTuning change, Path checkpoints, int steps) {
        try (DenoisingObjective objective = objective(model, change, new ArrayList<>());
                Trainer<LatentSample> trainer = trainer(objective, checkpoints, steps)) {
            trainer.resume();
            trainer.run();
        }
    }

    private static Trainer<LatentSample> trainer(DenoisingObjective objective, Path checkpoints, int steps) {
        TrainingSettings settings =
                new TrainingSettings(1, steps, 4, 1, Precision.F32, new TrainingSettings.Intervals(STEPS, 0, 0));
        return new Trainer<>(objective, settings, new Checkpoints(checkpoints, 1), List.of());
    }

    private static Path checkpoints(Path published) throws IOException {
        return Files.createDirectories(published.resolveSibling(published.getFileName() + "-checkpoints"));
    }

    /** @param encoded receives the progress of the encoding */
    DenoisingObjective objective(Path model, FineTuning change, List<Long> encoded) {
        return DenoisingObjective.fineTuning(
                ModelFiles.open(model),
                change,
                new DenoisingObjective.Settings(
                        0.1,
                        TimestepShift.NONE,
                        new RatioRange(0, 5),
                        LossWeights.PLAIN,
                        List.of(
                                new SamplePrompt("a red cat", "", 25, 3, 1),
                                new SamplePrompt("two blue stars", "blurry", 4, 1, 2)),
                        0.5,
                        1),
                OptimiserSettings.usual(new LearningRate(2e-3, 0, STEPS, 1)),
                pictures(model, encoded));
    }

    Pictures pictures(Path model, List<Long> encoded) {
        return new Pictures(
                scenes(Split.TRAIN),
                scenes(Split.VALIDATION),
                folder.resolve("latents-" + model.getFileName()),
                (done, total) -> encoded.add(done));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0)
                .map(sample -> new CaptionedImage(
                        sample.image(), WORD + ", " + sample.caption().text()));
    }

    static ImageRequest.Builder request(String prompt) {
        return ImageRequest.of(prompt).steps(1).size(SIZE, SIZE);
    }

    static Image draw(Path model, ImageRequest request) {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(model))) {
            return pipeline.generate(request).getFirst().image();
        }
    }

    /** The norm of a tensor in a file. */
    static double norm(Path file, String tensor) {
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            return Engine.infer(
                    () -> stored.find(tensor).orElseThrow().load().norm().item_double());
        }
    }
}

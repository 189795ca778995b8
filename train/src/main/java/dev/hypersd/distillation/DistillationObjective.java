package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Finished;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.SampleSheet;
import dev.hypersd.objective.Trainee;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Draw;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Teaches a student to draw in few steps what its teacher draws in many (Ren et al., 2024). One network is teacher, student, target and fake
 * score: what each of them has learned is an adapter over it.
 */
public final class DistillationObjective implements Objective<LatentSample> {
    /**
     * What all distillation is told.
     *
     * @param dropped part of the captions that are empty, 0..1; above 0 for students that are to be guided themselves
     * @param shown captions that sample pictures are drawn for
     * @param shownSteps in which they are drawn, without guidance
     * @param averageDecay of the averaged weights, which are the target too: high enough to be steady, low enough to follow
     * @param seed of random weights and sample pictures
     */
    public record Settings(double dropped, List<String> shown, int shownSteps, double averageDecay, long seed) {
        public Settings {
            shown = List.copyOf(shown);
        }
    }

    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final Finished finished;
    private final OptimiserSettings optimiser;
    private final Trainee trainee;
    private final Student student;
    private final List<StudentLoss> losses;

    /**
     * @param change how the student differs from the model that it learns from
     * @param judged what the student is judged by, at least one
     * @throws dev.hypersd.error.InvalidFileException if a part of the model is missing or broken
     */
    public DistillationObjective(
            ModelFiles model,
            FineTuning change,
            List<Judged> judged,
            Settings settings,
            OptimiserSettings optimiser,
            Pictures pictures) {
        this.settings = settings;
        this.optimiser = optimiser;
        this.finished = Finished.open(model, pictures, settings.shown(), arena);
        this.trainee = Trainee.of(change, model, finished, arena);
        TrainableWeights weights = Engine.call(
                () -> new TrainableWeights(trainee.tuning(), settings.averageDecay(), settings.seed(), arena));
        Denoiser denoiser = new Denoiser(
                (latents, timesteps, text) -> finished.model().unet().network().forward(latents, timesteps, text),
                finished.model().schedule());
        this.student = new Student(denoiser, weights, this::batch, settings.seed(), arena);
        this.losses = judged.stream().map(by -> by.open(student, finished)).toList();
    }

    private Batch batch(List<LatentSample> samples, Draw draw) {
        long[] none = finished.model().ids("");
        List<long[]> ids = samples.stream()
                .map(sample -> draw.uniform() < settings.dropped() ? none : sample.ids())
                .toList();
        return new Batch(
                LatentSample.latents(samples, finished.samples().shape()),
                finished.conditioning(ids),
                finished.conditioning(Collections.nCopies(samples.size(), none)),
                ids);
    }

    @Override
    public Dataset<LatentSample> samples() {
        return finished.samples();
    }

    @Override
    public Optional<Dataset<LatentSample>> heldOut() {
        return Optional.of(finished.heldOut());
    }

    @Override
    public List<Learner<LatentSample>> learners() {
        List<Learner<LatentSample>> learners = new ArrayList<>();
        learners.add(new Learner<>("student", student.weights(), optimiser, this::losses));
        losses.forEach(loss -> learners.addAll(loss.companions()));
        return learners;
    }

    private Losses losses(List<LatentSample> samples, Draw draw) {
        Batch batch = student.batch(samples, draw);
        return new Losses(losses.stream()
                .flatMap(loss -> loss.terms(batch, draw).stream())
                .toList());
    }

    /** What the averaged student draws. */
    @Override
    public Map<String, Image> show() {
        if (settings.shown().isEmpty()) {
            return Map.of();
        }
        SampleSheet sheet = new SampleSheet(settings.shown(), settings.shownSteps(), 1, settings.seed());
        long[] shape = finished.samples().shape();
        return Map.of(
                "samples", Engine.infer(() -> student.weights().average().during(() -> sheet.draw(trainee, shape))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            trainee.publish(folder, student.weights().averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}

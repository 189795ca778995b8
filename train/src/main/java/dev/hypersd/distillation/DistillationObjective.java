package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.objective.SampleSheet;
import dev.hypersd.objective.TunedModel;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
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
     * @param captionDropout part of the captions that are empty, 0..1; above 0 for students that are to be guided themselves
     * @param samplePrompts captions that sample pictures are drawn for
     * @param sampleSteps in which they are drawn, without guidance
     * @param emaDecay of the averaged weights, which are the target too: high enough to be steady, low enough to follow
     * @param seed of random weights and sample pictures
     */
    public record Settings(
            double captionDropout, List<String> samplePrompts, int sampleSteps, double emaDecay, long seed) {
        public Settings {
            samplePrompts = List.copyOf(samplePrompts);
        }
    }

    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final PretrainedModel pretrained;
    private final OptimiserSettings optimiser;
    private final TunedModel tuned;
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
            List<DistillationLoss> judged,
            Settings settings,
            OptimiserSettings optimiser,
            Pictures pictures) {
        this.settings = settings;
        this.optimiser = optimiser;
        this.pretrained = PretrainedModel.open(model, pictures, settings.samplePrompts(), arena);
        this.tuned = TunedModel.of(change, model, pretrained, arena);
        TrainableWeights weights =
                Engine.call(() -> new TrainableWeights(tuned.tuning(), settings.emaDecay(), settings.seed(), arena));
        Denoiser denoiser = new Denoiser(
                (latents, timesteps, text) ->
                        pretrained.model().unet().network().forward(latents, timesteps, text),
                pretrained.model().schedule());
        this.student = new Student(denoiser, weights, this::batch, settings.seed(), arena);
        this.losses = judged.stream().map(by -> by.open(student, pretrained)).toList();
    }

    private Batch batch(List<LatentSample> samples, RandomSource random) {
        long[] none = pretrained.model().ids("");
        List<long[]> ids = samples.stream()
                .map(sample -> random.uniform() < settings.captionDropout() ? none : sample.ids())
                .toList();
        return new Batch(
                LatentSample.latents(samples, pretrained.samples().shape()),
                pretrained.conditioning(ids),
                pretrained.conditioning(Collections.nCopies(samples.size(), none)),
                ids);
    }

    @Override
    public Dataset<LatentSample> samples() {
        return pretrained.samples();
    }

    @Override
    public Optional<Dataset<LatentSample>> heldOut() {
        return Optional.of(pretrained.heldOut());
    }

    @Override
    public List<Learner<LatentSample>> learners() {
        List<Learner<LatentSample>> learners = new ArrayList<>();
        learners.add(new Learner<>("student", student.weights(), optimiser, this::losses));
        losses.forEach(loss -> learners.addAll(loss.auxiliaryLearners()));
        return learners;
    }

    private Losses losses(List<LatentSample> samples, RandomSource random) {
        Batch batch = student.batch(samples, random);
        return new Losses(losses.stream()
                .flatMap(loss -> loss.terms(batch, random).stream())
                .toList());
    }

    /** What the averaged student draws. */
    @Override
    public Map<String, Image> show() {
        if (settings.samplePrompts().isEmpty()) {
            return Map.of();
        }
        SampleSheet sheet = new SampleSheet(settings.samplePrompts(), settings.sampleSteps(), 1, settings.seed());
        long[] shape = pretrained.samples().shape();
        return Map.of(
                "samples", Engine.infer(() -> student.weights().average().during(() -> sheet.draw(tuned, shape))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            tuned.publish(folder, student.weights().averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}

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
import dev.hypersd.training.Learner.Loss;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Distils a student that draws in few steps what its teacher draws in many (Ren et al., 2024). One network is teacher,
 * student, target and fake score: what each of them has learned is an adapter over it.
 */
public final class DistillationObjective implements Objective<LatentSample> {
    /**
     * What all distillation has in common.
     *
     * @param captionDropout part of the captions that are empty, 0..1; above 0 for students that are to be guided
     *     themselves
     * @param samplePrompts captions that sample pictures are drawn for
     * @param sampleSteps the numbers of steps in which they are drawn, without guidance
     * @param emaDecay the decay of the moving average of the student, which is its target, too: high enough to be
     *     steady, low enough to follow
     * @param seed the seed of random weights and sample pictures
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
    private final List<DistillationLoss> losses;

    /**
     * Loads the model and encodes what is not encoded yet.
     *
     * @param change how the student differs from the model that it learns from
     * @param losses at least one
     * @throws dev.hypersd.error.InvalidFileException if a part of the model is missing or broken
     * @throws dev.hypersd.error.InvalidRequestException if the settings of a loss do not suit the model
     */
    public DistillationObjective(
            ModelFiles model,
            FineTuning change,
            List<DistillationLoss.Settings> losses,
            Settings settings,
            OptimiserSettings optimiser,
            Pictures pictures) {
        this.settings = settings;
        this.optimiser = optimiser;
        this.pretrained =
                PretrainedModel.open(model, pictures, settings.samplePrompts(), settings.captionDropout(), arena);
        this.tuned = TunedModel.of(change, model, pretrained, arena);
        TrainableWeights weights =
                Engine.call(() -> new TrainableWeights(tuned.tuning(), settings.emaDecay(), settings.seed(), arena));
        this.student = new Student(pretrained.model().predictor(), weights, settings.seed(), arena);
        this.losses =
                losses.stream().map(loss -> loss.open(student, pretrained)).toList();
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
        learners.add(new Learner<>("student", student.weights(), optimiser, of(this::studentLosses)));
        losses.stream()
                .flatMap(loss -> loss.auxiliaryLearners().stream())
                .map(auxiliary -> new Learner<>(
                        auxiliary.name(),
                        auxiliary.weights(),
                        auxiliary.optimiser(),
                        auxiliary.updates(),
                        of(auxiliary.loss())))
                .forEach(learners::add);
        return learners;
    }

    /** Returns a loss of samples, which become a batch first. */
    private Loss<LatentSample> of(BiFunction<Batch, RandomSource, Losses> loss) {
        return (samples, step, random) -> loss.apply(Batch.of(pretrained.task(), samples, step, random), random);
    }

    private Losses studentLosses(Batch batch, RandomSource random) {
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

package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.DistillationLoss.Task;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.objective.SamplePrompt;
import dev.hypersd.objective.SampleSheet;
import dev.hypersd.objective.TunedModel;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Learner.Loss;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Measurement;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Distils a student that draws in a few steps what its teacher draws in many (Ren et al., 2024). One network serves as
 * teacher, student, target and fake score; each of them is an adapter over it.
 */
public final class DistillationObjective implements Objective<LatentSample> {
    /**
     * The settings of all distillation.
     *
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1; above 0 for students
     *     that are to be used with guidance
     * @param samplePrompts the sample pictures
     * @param emaDecay the decay of the moving average of the student, which is also its consistency target: high enough
     *     to be stable, low enough to follow the student
     * @param seed the seed of random weights and sample pictures
     * @param halves whether the student follows trajectories on one half of each batch and draws from noise on the
     *     other, in place of both on all of it
     */
    public record Settings(
            double captionDropout, List<SamplePrompt> samplePrompts, double emaDecay, long seed, boolean halves) {
        public Settings {
            samplePrompts = List.copyOf(samplePrompts);
        }

        /** Creates settings in which every loss has the whole batch. */
        public Settings(double captionDropout, List<SamplePrompt> samplePrompts, double emaDecay, long seed) {
            this(captionDropout, samplePrompts, emaDecay, seed, false);
        }
    }

    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final PretrainedModel pretrained;
    private final OptimiserSettings optimiser;
    private final TunedModel tuned;
    private final Student student;
    private final List<DistillationLoss> losses;
    private final Optional<Measurement> quality;

    /**
     * Loads the model and encodes pictures and captions that are not in the cache.
     *
     * @param change how the student changes the model
     * @param losses the losses, at least one
     * @param stop what is measured of the student at validations, if anything but the losses
     * @throws dev.hypersd.error.InvalidFileException if a part of the model is missing or broken
     * @throws dev.hypersd.error.InvalidRequestException if the settings of a loss do not suit the model
     */
    public DistillationObjective(
            ModelFiles model,
            FineTuning change,
            List<DistillationLoss.Settings> losses,
            Optional<DistillationLoss.Stop> stop,
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
        this.quality = stop.map(measured -> measured.open(student, pretrained));
    }

    @Override
    public Dataset<LatentSample> samples() {
        return pretrained.samples();
    }

    @Override
    public double memoryOfSample(boolean gradientCheckpointing) {
        double all = passes(Task.TRAJECTORIES, Double::sum) + passes(Task.DRAWING, Math::max);
        double others = losses.stream()
                .mapToDouble(DistillationLoss::auxiliaryPasses)
                .max()
                .orElse(0);
        return pretrained
                        .model()
                        .memoryOfSample(
                                gradientCheckpointing, pretrained.samples().shapes())
                * Math.max(settings.halves() ? all / 2 : all, others);
    }

    /** Returns the passes over a sample that are kept for the losses of a task, which may share them. */
    private double passes(Task task, DoubleBinaryOperator both) {
        return losses.stream()
                .filter(loss -> loss.task() == task)
                .mapToDouble(DistillationLoss::passes)
                .reduce(0, both);
    }

    @Override
    public Optional<Dataset<LatentSample>> heldOut() {
        return Optional.of(pretrained.heldOut());
    }

    /**
     * Returns the learners: the networks that the student learns from come first in each step, so that it learns from
     * what they say about its present pictures, and then the student.
     */
    @Override
    public List<Learner<LatentSample>> learners() {
        List<Learner<LatentSample>> learners = new ArrayList<>();
        losses.stream()
                .flatMap(loss -> loss.auxiliaryLearners().stream())
                .map(auxiliary -> new Learner<>(
                        auxiliary.name(),
                        auxiliary.weights(),
                        auxiliary.optimiser(),
                        auxiliary.updates(),
                        of(auxiliary.loss()),
                        auxiliary.renewal()))
                .forEach(learners::add);
        learners.add(new Learner<>("student", student.weights(), optimiser, of(this::studentLosses)));
        return learners;
    }

    /** Returns a loss of samples, which first become a batch. */
    private Loss<LatentSample> of(BiFunction<Batch, RandomSource, Losses> loss) {
        return (samples, step, random) -> loss.apply(Batch.of(pretrained.task(), samples, step, random), random);
    }

    private Losses studentLosses(Batch batch, RandomSource random) {
        Map<Task, Batch> parts = parts(batch);
        return new Losses(losses.stream()
                .flatMap(loss -> loss.terms(parts.getOrDefault(loss.task(), batch), random).stream())
                .toList());
    }

    /** Returns the part of the batch that each task has. */
    private Map<Task, Batch> parts(Batch batch) {
        int half = batch.size() / 2;
        return settings.halves()
                ? Map.of(Task.TRAJECTORIES, batch.part(0, half), Task.DRAWING, batch.part(half, batch.size()))
                : Map.of();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        losses.forEach(loss -> state.putAll(loss.state()));
        return state;
    }

    @Override
    public Optional<Measurement> measurement() {
        return quality;
    }

    /** Draws sample pictures with the averaged student. */
    @Override
    public Map<String, Image> show() {
        if (settings.samplePrompts().isEmpty()) {
            return Map.of();
        }
        long[] shape = pretrained.samples().shapes().getFirst();
        return Map.of(
                "samples",
                Engine.infer(() -> student.weights()
                        .average()
                        .during(() -> SampleSheet.draw(settings.samplePrompts(), tuned, shape))));
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

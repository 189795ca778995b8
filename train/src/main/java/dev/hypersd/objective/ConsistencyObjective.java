package dev.hypersd.objective;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.Distance;
import dev.hypersd.distillation.Goal;
import dev.hypersd.distillation.Segments;
import dev.hypersd.distillation.Spans;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.nn.Adapters;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Draw;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Trajectory segmented consistency distillation (Ren et al., 2024, section 3.1 and equation 12): from two neighbouring points of a teacher's
 * trajectory the student arrives at the same point further down in the segment. With one segment it is trajectory consistency distillation
 * (Zheng et al., 2024), with the segments' ends as goals phased consistency (Wang et al., 2024), with both a latent consistency model (Luo
 * et al., 2023).
 *
 * <p>One network is teacher, student and target: the teacher is the base as it is, the student a LoRA over it, the target the average of that
 * LoRA.
 */
public final class ConsistencyObjective implements Objective<LatentSample> {
    /**
     * How a trajectory is learned.
     *
     * @param leastGuidance of the teacher, whose scale is drawn for each sample; above 1, because the student is to do without
     * @param greatestGuidance at least the least
     * @param offset how much noise is the same all over a channel (Guttenberg, 2023); 0 for none
     * @param pureNoise whether trajectories that start at the last timestep start from noise alone, as they will in use, and not from a
     *     picture that shines through
     */
    public record Trajectory(
            Segments segments,
            Goal goal,
            Distance distance,
            double leastGuidance,
            double greatestGuidance,
            double offset,
            boolean pureNoise) {}

    /**
     * What sample pictures are drawn for.
     *
     * @param shown captions
     * @param averageDecay of the target: high enough to be steady, low enough to follow
     * @param seed of random weights and sample pictures
     */
    public record Settings(List<String> shown, double averageDecay, long seed) {
        public Settings {
            shown = List.copyOf(shown);
        }
    }

    private final Trajectory trajectory;
    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final Finished finished;
    private final UNetLora student;
    private final TrainableWeights weights;
    private final Learner<LatentSample> learner;
    private final long[] emptyCaption;

    /** @throws dev.hypersd.error.InvalidFileException if the teacher is not of SD 1.5's kind */
    public ConsistencyObjective(
            ModelFiles teacher,
            FineTuning.Lora lora,
            Trajectory trajectory,
            Settings settings,
            OptimiserSettings optimiser,
            Pictures pictures) {
        this.trajectory = trajectory;
        this.settings = settings;
        this.finished = Finished.open(teacher, pictures, settings.shown(), arena);
        this.student = new UNetLora(lora, finished.model(), finished.captions());
        this.weights = Engine.call(
                () -> new TrainableWeights(student.tuning(), settings.averageDecay(), settings.seed(), arena));
        this.learner = new Learner<>(student.name(), weights, optimiser, this::losses);
        this.emptyCaption = finished.model().ids("");
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
        return List.of(learner);
    }

    private Losses losses(List<LatentSample> batch, Draw draw) {
        Spans spans = Spans.draw(trajectory.segments(), trajectory.goal(), batch.size(), draw);
        Tensor text =
                finished.captions().of(batch.stream().map(LatentSample::ids).toList());
        Tensor start = start(LatentSample.latents(batch, finished.samples().shape()), spans, draw);
        Tensor scale = scale(batch.size(), draw);
        Tensor target = withoutGradient(() -> target(start, text, scale, spans));
        Tensor arrived = schedule().jump(start, predict(start, spans.from(), text), spans.from(), spans.to());
        return Losses.of("consistency", trajectory.distance().between(arrived, target));
    }

    /** Latents with noise at the spans' starts. */
    private Tensor start(Tensor latents, Spans spans, Draw draw) {
        long batch = latents.size(0);
        Tensor noise = draw.normal(Tensors.shape(latents));
        if (trajectory.offset() > 0) {
            noise = noise.add(draw.normal(batch, latents.size(1), 1, 1), new Scalar(trajectory.offset()));
        }
        Tensor noisy = schedule().addNoise(latents, noise, spans.from());
        return trajectory.pureNoise() ? noise.where(last(spans), noisy) : noisy;
    }

    /** Which samples start at the last timestep, {@code [B, 1, 1, 1]}. */
    private Tensor last(Spans spans) {
        int end = schedule().trainTimesteps() - 1;
        long[] last =
                Arrays.stream(spans.from()).mapToLong(t -> t == end ? 1 : 0).toArray();
        return Tensors.of(last, last.length, 1, 1, 1).ne(new Scalar(0));
    }

    /** A scale of guidance for each sample, {@code [B, 1, 1, 1]}. */
    private Tensor scale(int batch, Draw draw) {
        float[] scales = new float[batch];
        for (int i = 0; i < batch; i++) {
            scales[i] = (float) (trajectory.leastGuidance()
                    + draw.uniform() * (trajectory.greatestGuidance() - trajectory.leastGuidance()));
        }
        return Tensors.of(scales, batch, 1, 1, 1);
    }

    /** Where the trajectory leads: a step with the teacher, the rest with the student's average. */
    private Tensor target(Tensor start, Tensor text, Tensor scale, Spans spans) {
        Tensor guided = Adapters.NONE.during(() -> guided(start, spans.from(), text, scale));
        Tensor below = schedule().jump(start, guided, spans.from(), spans.next());
        Tensor predicted = weights.average().during(() -> predict(below, spans.next(), text));
        return schedule().jump(below, predicted, spans.next(), spans.to());
    }

    /** What the teacher predicts with guidance: both passes in one batch. */
    private Tensor guided(Tensor latents, int[] timesteps, Tensor text, Tensor scale) {
        long batch = latents.size(0);
        Tensor empty = finished.captions().of(List.of(emptyCaption)).expand(batch, -1, -1);
        Tensor both = predict(Tensors.cat(0, latents, latents), twice(timesteps), Tensors.cat(0, empty, text));
        Tensor without = both.narrow(0, 0, batch);
        return without.add(both.narrow(0, batch, batch).sub(without).mul(scale));
    }

    private static int[] twice(int[] timesteps) {
        int[] twice = Arrays.copyOf(timesteps, 2 * timesteps.length);
        System.arraycopy(timesteps, 0, twice, timesteps.length, timesteps.length);
        return twice;
    }

    private Tensor predict(Tensor latents, int[] timesteps, Tensor text) {
        long[] times = Arrays.stream(timesteps).asLongStream().toArray();
        return finished.model()
                .unet()
                .network()
                .forward(latents, Tensors.of(times, times.length), Conditioning.of(text))
                .to(Dtype.F32.scalarType());
    }

    private NoiseSchedule schedule() {
        return finished.model().schedule();
    }

    private static Tensor withoutGradient(Supplier<Tensor> body) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return body.get();
        }
    }

    /** What the averaged student draws, in as many steps as there are segments, without guidance. */
    @Override
    public Map<String, Image> show() {
        if (settings.shown().isEmpty()) {
            return Map.of();
        }
        SampleSheet sheet =
                new SampleSheet(settings.shown(), trajectory.segments().count(), 1, settings.seed());
        return Map.of(
                "samples",
                Engine.infer(() -> weights.average()
                        .during(() -> sheet.draw(student, finished.samples().shape()))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            student.publish(folder, weights.averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}

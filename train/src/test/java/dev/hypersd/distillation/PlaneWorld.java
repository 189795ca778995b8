package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.latents.EncodedImage;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.objective.Predictor;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Learner.Loss;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Pictures of two numbers: points around twelve places of the plane, in four classes. A network of three layers learns
 * them in seconds, so what methods of distillation do can be seen without anything else in the way.
 */
final class PlaneWorld implements AutoCloseable {
    static final Segments WHOLE = new Segments(1000, 40, 1);
    private static final int CLASSES = 4;
    private static final int PLACES = 12;
    private static final int FREQUENCIES = 8;
    private static final int WIDTH = 128;
    private static final int BATCH = 256;
    private static final double SCALE = 3;

    private final NoiseSchedule schedule = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);
    private final TensorArena arena = new TensorArena();
    private final Path folder;
    private final Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
    private final List<Linear> layers = Engine.infer(() -> List.of(
            Linear.of(parameters.at("0"), 2 + 2 * FREQUENCIES + CLASSES + 1, WIDTH),
            Linear.of(parameters.at("1"), WIDTH, WIDTH),
            Linear.of(parameters.at("2"), WIDTH, WIDTH),
            Linear.of(parameters.at("3"), WIDTH, 2)));

    /** @param folder for checkpoints */
    PlaneWorld(Path folder) {
        this.folder = folder;
    }

    Predictor predictor() {
        return new Predictor(this::forward, schedule);
    }

    private Tensor forward(Tensor latents, Tensor timesteps, Conditioning text) {
        return TensorScope.scoped(() -> {
            Tensor h = Tensors.cat(
                    1,
                    latents.flatten(1, -1),
                    timestepEmbedding(timesteps),
                    text.text().flatten(1, -1));
            for (Linear layer : layers.subList(0, layers.size() - 1)) {
                h = torch.silu(layer.forward(h));
            }
            return layers.getLast().forward(h).view(Tensors.shape(latents));
        });
    }

    private static Tensor timestepEmbedding(Tensor timesteps) {
        float[] frequencies = new float[FREQUENCIES];
        for (int i = 0; i < FREQUENCIES; i++) {
            frequencies[i] = (float) (Math.PI * Math.pow(2, i - 1) / 1000);
        }
        Tensor angles = timesteps.to(Dtype.F32.scalarType()).view(-1, 1).mul(Tensors.of(frequencies, 1, FREQUENCIES));
        return Tensors.cat(1, angles.sin(), angles.cos());
    }

    Dataset<LatentSample> points() {
        return new Dataset<>() {
            @Override
            public long size() {
                return 1 << 20;
            }

            @Override
            public LatentSample get(long index) {
                SplittableRandom random = new SplittableRandom(index);
                int place = random.nextInt(PLACES);
                double angle = 2 * Math.PI * place / PLACES;
                double radius = 1 + 0.4 * (place % 3 - 1);
                float[] point = {
                    (float) (radius * Math.cos(angle) + 0.05 * random.nextGaussian()),
                    (float) (radius * Math.sin(angle) + 0.05 * random.nextGaussian())
                };
                EncodedImage image = new EncodedImage(point, new long[] {2, 1, 1}, new Framing(8, 8, 0, 0, 8, 8));
                return new LatentSample(image, new long[] {place % CLASSES});
            }
        };
    }

    private Batch batch(List<LatentSample> samples) {
        int[] classes =
                samples.stream().mapToInt(sample -> (int) sample.ids()[0]).toArray();
        int[] none = new int[classes.length];
        Arrays.fill(none, CLASSES);
        return new Batch(
                samples,
                LatentSample.latents(samples),
                Conditioning.of(text(classes)),
                Conditioning.of(text(none)),
                List.of(),
                1);
    }

    private static Tensor text(int[] classes) {
        float[] one = new float[classes.length * (CLASSES + 1)];
        for (int i = 0; i < classes.length; i++) {
            one[i * (CLASSES + 1) + classes[i]] = 1;
        }
        return Tensors.of(one, classes.length, 1, CLASSES + 1);
    }

    /** Learns the points, with a fifth of the classes left out. What is learned is the base of all that follows. */
    void learn(int steps) {
        TrainableWeights weights = weights(0.99);
        train(weights, steps, 2e-3, (samples, _, random) -> {
            Batch batch = batch(samples);
            Tensor noise = random.normal(Tensors.shape(batch.latents()));
            int[] at = random.integers(1000, batch.size());
            float[] kept = new float[batch.size()];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = random.uniform() < 0.2 ? 0 : 1;
            }
            Tensor none = batch.empty().text();
            Conditioning text =
                    Conditioning.of(none.add(batch.text().text().sub(none).mul(Tensors.of(kept, kept.length, 1, 1))));
            Tensor predicted = predictor().predict(schedule.addNoise(batch.latents(), noise, at), at, text);
            return Losses.of("squared error", predicted.sub(noise).square().mean());
        });
        Engine.infer(() -> {
            parameters
                    .taken()
                    .forEach((name, parameter) ->
                            parameter.base().copy_(weights.averaged().get(name)));
            return weights;
        });
    }

    /** All of the network, as it is. */
    TrainableWeights weights(double decay) {
        return Engine.call(() -> new TrainableWeights(new Tuning.Full(parameters.taken()), decay, 1, arena));
    }

    /** A student that learns by {@code settings}. */
    TrajectoryLoss loss(TrainableWeights weights, TrajectoryLoss.Settings settings) {
        Student student = new Student(predictor(), weights, 1, arena);
        return new TrajectoryLoss(settings, student, teacher(), Optional.empty());
    }

    private Teacher teacher() {
        return new Teacher(predictor(), Adapters.NONE, new Teacher.Guidance(SCALE, SCALE));
    }

    /** Trains {@code weights} by a student's loss. */
    void train(TrainableWeights weights, int steps, DistillationLoss loss) {
        train(weights, steps, 1e-3, (samples, _, random) -> new Losses(loss.terms(batch(samples), random)));
    }

    private void train(TrainableWeights weights, int steps, double rate, Loss<LatentSample> loss) {
        OptimiserSettings optimiser = OptimiserSettings.usual(new LearningRate(rate, 0, steps, 0.01));
        Objective<LatentSample> objective = new Objective<>() {
            @Override
            public Dataset<LatentSample> samples() {
                return points();
            }

            @Override
            public List<Learner<LatentSample>> learners() {
                return List.of(new Learner<>("network", weights, optimiser, loss));
            }

            @Override
            public void publish(Path target) {}

            @Override
            public void close() {}
        };
        TrainingSettings settings =
                new TrainingSettings(1, steps, BATCH, 1, Precision.F32, new TrainingSettings.Intervals(steps, 0, 0));
        try (Trainer<LatentSample> trainer = new Trainer<>(
                objective, settings, new Checkpoints(Files.createTempDirectory(folder, "run"), 1), List.of())) {
            trainer.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The mean squared distance from where the teacher ends in 40 steps, from the same noise, to where others do in
     * {@code steps}.
     */
    double error(Adapters adapters, boolean guided, int steps) {
        return Engine.infer(() -> TensorScope.released(() -> {
            Tensor truth = end(Adapters.NONE, true, WHOLE.steps());
            return end(adapters, guided, steps).sub(truth).square().mean().item_double();
        }));
    }

    private Tensor end(Adapters adapters, boolean guided, int steps) {
        Batch batch = batch(LongStream.range(1 << 19, (1 << 19) + 1024)
                .mapToObj(points()::get)
                .toList());
        Teacher mover =
                new Teacher(predictor(), adapters, guided ? new Teacher.Guidance(SCALE, SCALE) : Teacher.Guidance.NONE);
        RandomSource random = RandomSource.at(7);
        Tensor x = random.normal(batch.size(), 2, 1, 1);
        Solver solver = mover.solver(batch, random);
        int stride = new Segments(1000, WHOLE.steps(), steps).length();
        IntFunction<int[]> times = index -> {
            int[] all = new int[batch.size()];
            Arrays.fill(all, WHOLE.timestep(index));
            return all;
        };
        for (int index = WHOLE.steps(); index > 0; index -= stride) {
            x = solver.step(x, times.apply(index), times.apply(index - stride));
        }
        return x;
    }

    @Override
    public void close() {
        arena.close();
    }
}

package dev.hypersd.training;

import dev.hypersd.data.Dataset;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The smallest objective there is: a linear layer learns {@code y = 3 x - 1} from noisy points. */
final class LineObjective implements Objective<Double> {
    private final TensorArena arena = new TensorArena();
    private final Linear layer;
    private final TrainableWeights weights;
    private final OptimiserSettings optimiser;

    LineObjective(OptimiserSettings.Method method, double peak, long steps) {
        optimiser =
                OptimiserSettings.usual(new LearningRate(peak, 5, steps, 0.1)).by(method);
        Parameters p = new Parameters(new RandomParameters(1, Dtype.F32, arena));
        layer = Engine.infer(() -> Linear.of(p, 1, 1));
        weights = Engine.call(() -> new TrainableWeights(new Tuning.Full(p.taken()), 0.9, 1, arena));
    }

    @Override
    public Dataset<Double> samples() {
        return new Dataset<>() {
            @Override
            public long size() {
                return 100;
            }

            @Override
            public Double get(long index) {
                return index / 50.0 - 1;
            }
        };
    }

    @Override
    public Optional<Dataset<Double>> heldOut() {
        return Optional.of(samples().map(x -> x + 0.01));
    }

    @Override
    public List<Learner<Double>> learners() {
        return List.of(new Learner<>("line", weights, optimiser, (batch, _, random) -> loss(batch, random)));
    }

    private Losses loss(List<Double> batch, RandomSource random) {
        float[] x = new float[batch.size()];
        float[] y = new float[batch.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = batch.get(i).floatValue();
            y[i] = 3 * x[i] - 1;
        }
        Tensor noisy = Tensors.of(y, x.length, 1).add(random.normal(x.length, 1).mul(new Scalar(0.01)));
        return Losses.of("squared error", torch.mse_loss(layer.forward(Tensors.of(x, x.length, 1)), noisy));
    }

    TrainableWeights weights() {
        return weights;
    }

    @Override
    public void publish(Path folder) {}

    @Override
    public void close() {
        arena.close();
    }
}

package dev.hypersd.objective;

import dev.hypersd.data.Dataset;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.training.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains one network as a whole, by a loss that is a function of network and batch, which suits judges.
 *
 * @param <N> the network
 * @param <S> a sample
 */
public final class NetworkObjective<N, S> implements Objective<S> {
    /**
     * The settings of the training.
     *
     * @param folder the folder with the configuration, and optionally weights to start from
     * @param copied files that are published with the weights, such as those of a tokenizer
     * @param emaDecay the decay of the averaged weights
     * @param seed the seed of random weights
     */
    public record Settings(Path folder, List<Path> copied, double emaDecay, long seed) {
        public Settings {
            copied = List.copyOf(copied);
        }
    }

    /** The loss of a network on a batch. */
    @FunctionalInterface
    public interface NetworkLoss<N, S> {
        Losses of(N network, List<S> batch);
    }

    private final Settings settings;
    private final Dataset<S> samples;
    private final Dataset<S> heldOut;
    private final TensorArena arena = new TensorArena();
    private final StartedNetwork<N> started;
    private final TrainableWeights weights;
    private final Learner<S> learner;
    private final double memoryOfSample;

    /**
     * Creates the objective.
     *
     * @param memory estimates the memory in bytes that a sample takes in a training step, see {@link SampleMemory}
     * @param losses opens what the loss needs in addition to the network; its arena is closed with the objective
     */
    public NetworkObjective(
            NetworkType<?, N> type,
            Settings settings,
            OptimiserSettings optimiser,
            Dataset<S> samples,
            Dataset<S> heldOut,
            ToDoubleFunction<N> memory,
            Function<TensorArena, NetworkLoss<N, S>> losses) {
        this.settings = settings;
        this.samples = samples;
        this.heldOut = heldOut;
        this.started = Engine.infer(() -> StartedNetwork.load(type, settings.folder(), settings.seed(), arena));
        this.weights = Engine.call(() -> new TrainableWeights(
                new Tuning.Full(started.parameters()), settings.emaDecay(), settings.seed(), arena));
        this.memoryOfSample = memory.applyAsDouble(started.network());
        NetworkLoss<N, S> loss = losses.apply(arena);
        this.learner =
                new Learner<>(type.className(), weights, optimiser, (batch, _, _) -> loss.of(started.network(), batch));
    }

    @Override
    public Dataset<S> samples() {
        return samples;
    }

    @Override
    public double memoryOfSample(boolean gradientCheckpointing) {
        return memoryOfSample;
    }

    @Override
    public Optional<Dataset<S>> heldOut() {
        return Optional.of(heldOut);
    }

    @Override
    public List<Learner<S>> learners() {
        return List.of(learner);
    }

    /** Writes configuration and weights, and copies of the files that belong to them. */
    @Override
    public void publish(Path folder) {
        Map<String, Tensor> averaged = weights.averaged();
        Engine.infer(() -> {
            started.publish(folder, averaged, Map.of());
            return folder;
        });
        settings.copied().forEach(file -> ModelFolder.copy(file, folder.resolve(file.getFileName())));
    }

    @Override
    public void close() {
        arena.close();
    }
}

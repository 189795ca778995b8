package dev.hypersd.objective;

import dev.hypersd.data.Captioned;
import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
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
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a latent diffusion model to predict the noise in latents (Rombach et al., 2022, section 3.2): a base model as a whole, or a change
 * of a finished one.
 *
 * <p>Part of the captions are dropped, so that guidance without a classifier is possible (Ho and Salimans, 2022).
 */
public final class DenoisingObjective implements Objective<LatentSample> {
    /**
     * What all such training is told.
     *
     * @param dropped part of the captions that are empty, 0..1
     * @param greatestRatio noise levels with a signal-to-noise ratio above this count less (Hang et al., 2023); infinite for equal
     *     weights
     * @param shown captions that sample pictures are drawn for
     * @param scale of guidance in sample pictures
     * @param averageDecay of the averaged weights
     * @param seed of random weights and sample pictures
     */
    public record Settings(
            double dropped, double greatestRatio, List<String> shown, double scale, double averageDecay, long seed) {
        public Settings {
            shown = List.copyOf(shown);
        }
    }

    /**
     * What is learned from.
     *
     * @param cache folder for latents and embeddings
     * @param listener told how far their making has come
     */
    public record Data(
            Dataset<Captioned> samples, Dataset<Captioned> heldOut, Path cache, LatentCache.Listener listener) {
        LatentCache cached(String name, Dataset<Captioned> pictures, LatentDiffusion model, TensorArena arena) {
            return arena.own(LatentCache.open(cache.resolve(name), pictures, model, listener));
        }
    }

    private final Settings settings;
    private final TensorArena arena;
    private final LatentCache samples;
    private final LatentCache heldOut;
    private final Trainee trainee;
    private final DenoisingLoss loss;
    private final TrainableWeights weights;
    private final Learner<LatentSample> learner;
    private final long[] emptyCaption;

    private DenoisingObjective(
            Settings settings,
            OptimiserSettings optimiser,
            LatentCache samples,
            LatentCache heldOut,
            Trainee trainee,
            TensorArena arena) {
        this.settings = settings;
        this.arena = arena;
        this.samples = samples;
        this.heldOut = heldOut;
        this.trainee = trainee;
        this.loss = new DenoisingLoss(trainee.model().schedule(), settings.greatestRatio());
        this.weights = Engine.call(
                () -> new TrainableWeights(trainee.tuning(), settings.averageDecay(), settings.seed(), arena));
        this.learner = new Learner<>(trainee.name(), weights, optimiser, this::losses);
        this.emptyCaption = trainee.model().ids("");
    }

    /**
     * Trains U-Net and text encoder, from weights or from nothing.
     *
     * @param folder of the model, in the diffusers layout
     * @param autoencoder folder of the finished autoencoder
     */
    public static DenoisingObjective base(
            Path folder, Path autoencoder, Settings settings, OptimiserSettings optimiser, Data data) {
        TensorArena arena = new TensorArena();
        BaseModel base = Engine.infer(() -> BaseModel.load(folder, autoencoder, settings.seed(), arena));
        LatentCache samples = data.cached("train", data.samples(), base.model(), arena);
        LatentCache heldOut = data.cached("held-out", data.heldOut(), base.model(), arena);
        return new DenoisingObjective(settings, optimiser, samples, heldOut, base, arena);
    }

    /**
     * Trains a change of a finished model; its text encoder stays as it is and leaves the memory once all captions are encoded.
     *
     * @throws dev.hypersd.error.InvalidFileException if the model is not of SD 1.5's kind
     */
    public static DenoisingObjective fineTuning(
            ModelFiles files, FineTuning change, Settings settings, OptimiserSettings optimiser, Data data) {
        TensorArena arena = new TensorArena();
        LatentDiffusion model = Engine.infer(() -> LatentDiffusion.finished(files, arena));
        LatentCache samples = data.cached("train", data.samples(), model, arena);
        LatentCache heldOut = data.cached("held-out", data.heldOut(), model, arena);
        CaptionEmbeddings captions = arena.own(CaptionEmbeddings.open(
                data.cache().resolve("captions"),
                Stream.of(
                                Stream.of(model.ids("")),
                                settings.shown().stream().map(model::ids),
                                ids(samples),
                                ids(heldOut))
                        .flatMap(ids -> ids),
                () -> CaptionEncoding.open(files.part("text_encoder")),
                data.listener()));
        Trainee trainee = switch (change) {
            case FineTuning.Lora lora -> new UNetLora(lora, model, captions);
            case FineTuning.Full full -> new UNetInFull(files, model, captions);
        };
        return new DenoisingObjective(settings, optimiser, samples, heldOut, trainee, arena);
    }

    private static Stream<long[]> ids(LatentCache cache) {
        return LongStream.range(0, cache.size()).mapToObj(cache::ids);
    }

    @Override
    public Dataset<LatentSample> samples() {
        return samples;
    }

    @Override
    public Optional<Dataset<LatentSample>> heldOut() {
        return Optional.of(heldOut);
    }

    @Override
    public List<Learner<LatentSample>> learners() {
        return List.of(learner);
    }

    private Losses losses(List<LatentSample> batch, Draw draw) {
        LatentDiffusion model = trainee.model();
        Tensor latents = latentsOf(batch);
        Tensor noise = draw.normal(Tensors.shape(latents));
        int[] timesteps = draw.integers(model.schedule().trainTimesteps(), batch.size());
        List<long[]> captions = batch.stream()
                .map(sample -> draw.uniform() < settings.dropped() ? emptyCaption : sample.ids())
                .toList();
        Tensor predicted = model.unet()
                .network()
                .forward(
                        model.schedule().addNoise(latents, noise, timesteps),
                        Tensors.of(Arrays.stream(timesteps).asLongStream().toArray(), timesteps.length),
                        Conditioning.of(trainee.textOf(captions)));
        return loss.of(predicted, latents, noise, timesteps);
    }

    /** {@code [B, C, h, w]}. */
    private Tensor latentsOf(List<LatentSample> batch) {
        long[] shape = samples.shape();
        int each = batch.getFirst().latents().length;
        float[] values = new float[batch.size() * each];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).latents(), 0, values, i * each, each);
        }
        return Tensors.of(values, batch.size(), shape[0], shape[1], shape[2]);
    }

    /** What the averaged weights draw for the captions of the settings. */
    @Override
    public Map<String, Image> show() {
        if (settings.shown().isEmpty()) {
            return Map.of();
        }
        SampleSheet sheet = new SampleSheet(settings.shown(), settings.scale(), settings.seed());
        return Map.of(
                "samples", Engine.infer(() -> weights.average().during(() -> sheet.draw(trainee, samples.shape()))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            trainee.publish(folder, weights.averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}

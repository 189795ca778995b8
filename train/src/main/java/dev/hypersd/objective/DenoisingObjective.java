package dev.hypersd.objective;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a latent diffusion model to predict the noise in latents (Rombach et al., 2022, section 3.2): a base model as a whole, or a change
 * of a finished one.
 *
 * <p>Part of the captions are dropped, so that guidance without a classifier is possible (Ho and Salimans, 2022).
 */
public final class DenoisingObjective implements Objective<LatentSample> {
    private static final int SHOWN_STEPS = 25;

    /**
     * What all such training is told.
     *
     * @param dropped part of the captions that are empty, 0..1
     * @param shift of timesteps
     * @param ratios that signal-to-noise ratios of noise levels count as
     * @param shown captions that sample pictures are drawn for
     * @param scale of guidance in sample pictures
     * @param averageDecay of the averaged weights
     * @param seed of random weights and sample pictures
     */
    public record Settings(
            double dropped,
            TimestepShift shift,
            RatioRange ratios,
            List<String> shown,
            double scale,
            double averageDecay,
            long seed) {
        public Settings {
            shown = List.copyOf(shown);
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
        this.loss = new DenoisingLoss(trainee.model().schedule(), settings.ratios());
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
     * @param learns which weights do, by names that begin with {@code unet.} or {@code text_encoder.}; the others stay as they are
     */
    public static DenoisingObjective base(
            Path folder,
            Path autoencoder,
            Predicate<String> learns,
            Settings settings,
            OptimiserSettings optimiser,
            Pictures pictures) {
        TensorArena arena = new TensorArena();
        BaseModel base = Engine.infer(() -> BaseModel.load(folder, autoencoder, learns, settings.seed(), arena));
        LatentCache samples = pictures.samples(base.model(), arena);
        LatentCache heldOut = pictures.heldOut(base.model(), arena);
        return new DenoisingObjective(settings, optimiser, samples, heldOut, base, arena);
    }

    /**
     * Trains a change of a finished model; its text encoders stay as they are and leave the memory once all captions are encoded.
     */
    public static DenoisingObjective fineTuning(
            ModelFiles files, FineTuning change, Settings settings, OptimiserSettings optimiser, Pictures pictures) {
        TensorArena arena = new TensorArena();
        Finished finished = Finished.open(files, pictures, settings.shown(), arena);
        Trainee trainee = Trainee.of(change, files, finished, arena);
        return new DenoisingObjective(settings, optimiser, finished.samples(), finished.heldOut(), trainee, arena);
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
        Tensor latents = LatentSample.latents(batch, samples.shape());
        Tensor noise = draw.normal(Tensors.shape(latents));
        int count = model.schedule().trainTimesteps();
        int[] timesteps = settings.shift().of(draw.integers(count, batch.size()), count);
        List<long[]> captions = batch.stream()
                .map(sample -> draw.uniform() < settings.dropped() ? emptyCaption : sample.ids())
                .toList();
        Tensor predicted = model.unet()
                .network()
                .forward(
                        model.schedule().addNoise(latents, noise, timesteps),
                        Tensors.of(Arrays.stream(timesteps).asLongStream().toArray(), timesteps.length),
                        trainee.conditioning(captions, samples.shape()));
        return loss.of(predicted, latents, noise, timesteps);
    }

    /** What the averaged weights draw for the captions of the settings. */
    @Override
    public Map<String, Image> show() {
        if (settings.shown().isEmpty()) {
            return Map.of();
        }
        SampleSheet sheet = new SampleSheet(settings.shown(), SHOWN_STEPS, settings.scale(), settings.seed());
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

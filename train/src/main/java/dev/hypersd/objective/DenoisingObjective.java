package dev.hypersd.objective;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Trains a latent diffusion model to denoise latents (Rombach et al., 2022, section 3.2): a base model as a whole, or a
 * change of a pretrained one.
 *
 * <p>Some of the captions are dropped, which classifier-free guidance requires (Ho and Salimans, 2022).
 */
public final class DenoisingObjective implements Objective<LatentSample> {

    /**
     * The settings of the training.
     *
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
     * @param shift the shift of timesteps towards noise
     * @param ratios the range of signal-to-noise ratios for the weight of losses
     * @param weights what of samples counts in the loss
     * @param samplePrompts the sample pictures
     * @param emaDecay the decay of the averaged weights
     * @param seed the seed of random weights and sample pictures
     */
    public record Settings(
            double captionDropout,
            TimestepShift shift,
            RatioRange ratios,
            LossWeights weights,
            List<SamplePrompt> samplePrompts,
            double emaDecay,
            long seed) {
        public Settings {
            samplePrompts = List.copyOf(samplePrompts);
        }
    }

    private final Settings settings;
    private final TensorArena arena;
    private final LatentCache samples;
    private final LatentCache heldOut;
    private final TunedModel tuned;
    private final DenoisingLoss loss;
    private final TrainableWeights weights;
    private final Learner<LatentSample> learner;
    private final LatentTask task;
    private final Predictor predictor;

    private DenoisingObjective(
            Settings settings,
            OptimiserSettings optimiser,
            LatentCache samples,
            LatentCache heldOut,
            TunedModel tuned,
            TensorArena arena) {
        this.settings = settings;
        this.arena = arena;
        this.samples = samples;
        this.heldOut = heldOut;
        this.tuned = tuned;
        this.loss = new DenoisingLoss(tuned.model().schedule(), settings.ratios());
        this.weights =
                Engine.call(() -> new TrainableWeights(tuned.tuning(), settings.emaDecay(), settings.seed(), arena));
        this.learner = new Learner<>(tuned.name(), weights, optimiser, (batch, _, random) -> losses(batch, random));
        this.task = new LatentTask(
                samples,
                tuned::conditioning,
                settings.captionDropout(),
                tuned.model().ids(""));
        this.predictor = tuned.model().predictor();
    }

    /**
     * Creates the objective that trains U-Net and text encoder, from given or random weights.
     *
     * @param folder the folder of the model, in the diffusers layout
     * @param autoencoder the folder of the trained autoencoder
     * @param learns selects the trained weights, by names that begin with {@code unet.} or {@code text_encoder.}; the
     *     others are not changed
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
     * Creates the objective that trains a change of a pretrained model. Text encoders that are not trained are freed
     * when all captions are encoded.
     */
    public static DenoisingObjective fineTuning(
            ModelFiles files, FineTuning change, Settings settings, OptimiserSettings optimiser, Pictures pictures) {
        TensorArena arena = new TensorArena();
        PretrainedModel pretrained = change.trainsText()
                ? PretrainedModel.withTextEncoders(change, files, pictures, settings.captionDropout(), arena)
                : PretrainedModel.open(files, pictures, settings.samplePrompts(), settings.captionDropout(), arena);
        TunedModel tuned = TunedModel.of(change, files, pretrained, arena);
        return new DenoisingObjective(settings, optimiser, pretrained.samples(), pretrained.heldOut(), tuned, arena);
    }

    @Override
    public Dataset<LatentSample> samples() {
        return samples;
    }

    @Override
    public double memoryOfSample(boolean gradientCheckpointing) {
        return tuned.model().memoryOfSample(gradientCheckpointing, samples.shapes());
    }

    @Override
    public Optional<Dataset<LatentSample>> heldOut() {
        return Optional.of(heldOut);
    }

    @Override
    public List<Learner<LatentSample>> learners() {
        return List.of(learner);
    }

    private Losses losses(List<LatentSample> batch, RandomSource random) {
        return loss.of(
                predictor,
                task.latents(batch),
                settings.weights().of(batch),
                () -> task.conditioning(task.captions(batch, random), LatentSample.framings(batch)),
                settings.shift(),
                random);
    }

    /** Draws the sample pictures with the averaged weights. */
    @Override
    public Map<String, Image> show() {
        if (settings.samplePrompts().isEmpty()) {
            return Map.of();
        }
        long[] shape = samples.shapes().getFirst();
        return Map.of(
                "samples",
                Engine.infer(() ->
                        weights.average().during(() -> SampleSheet.draw(settings.samplePrompts(), tuned, shape))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            tuned.publish(folder, weights.averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }

    /**
     * Shifts uniformly drawn timesteps towards noise, so that high noise levels are trained more often (Esser et al.,
     * 2024, equation 23).
     *
     * @param factor the factor of the odds of late timesteps; 1 changes nothing
     */
    public record TimestepShift(double factor) {
        /** No shift. */
        public static final TimestepShift NONE = new TimestepShift(1);

        public TimestepShift {
            if (!(factor > 0 && Double.isFinite(factor))) {
                throw new IllegalArgumentException("a shift of " + factor);
            }
        }

        /**
         * Shifts timesteps.
         *
         * @param even the uniformly drawn timesteps, each 0 to {@code count - 1}
         * @param count the number of all timesteps
         */
        int[] of(int[] even, int count) {
            return Arrays.stream(even).map(timestep -> shifted(timestep, count)).toArray();
        }

        private int shifted(int timestep, int count) {
            double part = (timestep + 0.5) / count;
            return (int) (count * factor * part / (1 + (factor - 1) * part));
        }
    }
}

package dev.hypersd.objective;

import dev.hypersd.controlnet.ControlNet.ResidualScaling;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.nn.Adapters;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.SeededNoise;
import dev.hypersd.sampler.Steps;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a ControlNet for a pretrained, frozen model (Zhang et al., 2023): its residuals have to improve the model's
 * predictions by what they take from control pictures, which are made from the training pictures, such as edges or a
 * sketch.
 *
 * <p>Usually half of the captions are dropped, so that it learns to recognise in its pictures what no caption says.
 *
 * <p>In the error of the noise the first step from pure noise has hardly any weight, but it is the only step when a
 * few-step LoRA draws in one. With such a LoRA, half of the updates are therefore for that step: the LoRA is applied to
 * the U-Net, and the error is that of the predicted clean latents.
 */
public final class ControlNetObjective implements Objective<ControlNetObjective.Controlled> {
    private static final int SHOWN = 6;
    private static final int SHOWN_STEPS = 25;

    /** The fraction of the updates that are for a single step. */
    private static final double SINGLE = 0.5;

    /**
     * The settings of the training.
     *
     * @param picture makes the control pictures from training pictures
     * @param embeddingChannels the channels of the layers of the conditioning embedding; each after the first halves
     *     the size
     * @param rank the rank of the change of the copied encoder, which makes a small file; empty to train all of it
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
     * @param ratios the range of signal-to-noise ratios for the weight of losses
     * @param weights what of samples counts in the loss
     * @param fewSteps a few-step LoRA that is to follow control pictures in a single step
     * @param scale the guidance scale in sample pictures
     * @param emaDecay the decay of the averaged weights
     * @param seed the seed of random weights and sample pictures
     */
    public record Settings(
            Preprocessor picture,
            List<Integer> embeddingChannels,
            OptionalInt rank,
            double captionDropout,
            RatioRange ratios,
            LossWeights weights,
            Optional<Path> fewSteps,
            double scale,
            double emaDecay,
            long seed) {
        public Settings {
            embeddingChannels = List.copyOf(embeddingChannels);
        }
    }

    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final PretrainedModel pretrained;
    private final Dataset<Controlled> samples;
    private final Dataset<Controlled> heldOut;
    private final NewControlNet controlNet;
    private final DenoisingLoss loss;
    private final TrainableWeights weights;
    private final Learner<Controlled> learner;
    private final LatentTask task;
    private final long[] emptyCaption;

    /** The U-Net with the few-step LoRA. */
    private final Optional<Adapters> fewSteps;

    /**
     * Loads the model and encodes pictures and captions that are not in the cache.
     *
     * @throws InvalidRequestException if the layers of the conditioning embedding do not lead to the size of the
     *     latents
     */
    public ControlNetObjective(ModelFiles files, Settings settings, OptimiserSettings optimiser, Pictures pictures) {
        this.settings = settings;
        this.pretrained = PretrainedModel.open(files, pictures, List.of(), settings.captionDropout(), arena);
        this.samples = controlled(pretrained.samples(), pictures.training().map(sample -> sample.image()));
        this.heldOut = controlled(pretrained.heldOut(), pictures.validation().map(sample -> sample.image()));
        LatentDiffusion model = pretrained.model();
        this.controlNet = Engine.infer(() ->
                NewControlNet.of(model.unet(), settings.embeddingChannels(), settings.rank(), settings.seed(), arena));
        int factor = controlNet.network().config().scaleFactor();
        if (factor != model.autoencoder().scaleFactor()) {
            throw new InvalidRequestException(
                    "%d numbers of channels make a picture %d times smaller, latents are %d times smaller"
                            .formatted(
                                    settings.embeddingChannels().size(),
                                    factor,
                                    model.autoencoder().scaleFactor()));
        }
        this.loss = new DenoisingLoss(model.schedule(), settings.ratios());
        this.weights = Engine.call(
                () -> new TrainableWeights(controlNet.tuning(), settings.emaDecay(), settings.seed(), arena));
        this.learner = new Learner<>("controlnet", weights, optimiser, (batch, _, random) -> losses(batch, random));
        this.task = pretrained.task();
        this.emptyCaption = model.ids("");
        this.fewSteps = settings.fewSteps().map(lora -> model.withLora(lora, arena));
    }

    private Dataset<Controlled> controlled(Dataset<LatentSample> encoded, Dataset<Image> pictures) {
        return new ControlledSamples(encoded, pictures, settings.picture());
    }

    @Override
    public Dataset<Controlled> samples() {
        return samples;
    }

    @Override
    public double memoryOfSample(boolean gradientCheckpointing) {
        return pretrained
                .model()
                .memoryOfSample(gradientCheckpointing, pretrained.samples().shapes());
    }

    @Override
    public Optional<Dataset<Controlled>> heldOut() {
        return Optional.of(heldOut);
    }

    @Override
    public List<Learner<Controlled>> learners() {
        return List.of(learner);
    }

    private Losses losses(List<Controlled> batch, RandomSource random) {
        NoiseSchedule schedule = pretrained.model().schedule();
        List<LatentSample> samplesOfBatch =
                batch.stream().map(Controlled::sample).toList();
        Tensor latents = task.latents(samplesOfBatch);
        Tensor noise = random.normal(Tensors.shape(latents));
        Optional<Adapters> single = fewSteps.filter(_ -> random.uniform() < SINGLE);
        int[] timesteps = single.map(_ -> last(schedule, batch.size()))
                .orElseGet(() -> random.integers(schedule.trainTimesteps(), batch.size()));
        Conditioning text =
                task.conditioning(task.captions(samplesOfBatch, random), LatentSample.framings(samplesOfBatch));
        Tensor noisy = schedule.addNoise(latents, noise, timesteps);
        Tensor control = controlNet.network().embed(Controlled.pictures(batch));
        Optional<Tensor> counted = settings.weights().of(samplesOfBatch);
        Predictor predictor = controlled(single.orElse(Adapters.NONE), control);
        return single.isEmpty()
                ? loss.of(predictor.predict(noisy, timesteps, text), latents, noise, counted, timesteps)
                : Losses.of(
                        new Term("single step", 1, singleStep(predictor, noisy, text, latents, counted, timesteps)));
    }

    private static Tensor singleStep(
            Predictor predictor,
            Tensor noisy,
            Conditioning text,
            Tensor latents,
            Optional<Tensor> counted,
            int... timesteps) {
        Tensor errors = predictor.clean(noisy, timesteps, text).sub(latents).square();
        return counted.map(errors::mul).orElse(errors).mean();
    }

    private static int[] last(NoiseSchedule schedule, int count) {
        int[] timesteps = new int[count];
        Arrays.fill(timesteps, schedule.trainTimesteps() - 1);
        return timesteps;
    }

    /**
     * Returns the model with the ControlNet.
     *
     * @param lora the adapters of the U-Net, which do not affect the ControlNet's own
     * @param control the embedded control pictures
     */
    private Predictor controlled(Adapters lora, Tensor control) {
        return new Predictor(
                (latents, timesteps, text) -> {
                    Conditioning.Residuals residuals = controlNet
                            .network()
                            .forward(latents, timesteps, text.withoutGuidance(), control, 1, ResidualScaling.UNIFORM);
                    return lora.during(() ->
                            pretrained.model().unet().network().forward(latents, timesteps, text.with(residuals)));
                },
                pretrained.model().schedule());
    }

    /**
     * Returns sheets of held-out pictures above those that the averaged weights draw for their captions and control
     * pictures.
     */
    @Override
    public Map<String, Image> show() {
        List<Controlled> shown = LongStream.range(0, heldOut.size())
                .filter(index -> heldOut.group(index) == heldOut.group(0))
                .limit(SHOWN)
                .mapToObj(heldOut::get)
                .toList();
        List<Image> drawn = Engine.infer(() -> weights.average().during(() -> draw(shown)));
        List<ContactSheet.Entry> entries = Stream.concat(shown.stream().map(Controlled::control), drawn.stream())
                .map(image -> new ContactSheet.Entry(image, ""))
                .toList();
        return Map.of("controlled", ContactSheet.of(entries, shown.size()));
    }

    private List<Image> draw(List<Controlled> shown) {
        LatentDiffusion model = pretrained.model();
        long[] shape = shown.getFirst().sample().shape();
        List<long[]> captions = new ArrayList<>();
        shown.forEach(_ -> captions.add(emptyCaption));
        shown.forEach(controlled -> captions.add(controlled.sample().ids()));
        Tensor control = controlNet.network().embed(Controlled.pictures(shown));
        Tensor twice = Tensors.cat(0, control, control);
        boolean guided = settings.scale() != 1;
        SamplingPlan plan = Samplers.named("ddim").plan(model.schedule(), Steps.of(SHOWN_STEPS));
        Tensor noise = RandomSource.at(settings.seed(), 0).normal(shown.size(), shape[0], shape[1], shape[2]);
        GuidedSampling sampling = new GuidedSampling(
                controlled(Adapters.NONE, guided ? twice : control).network(), settings.scale());
        List<long[]> asked = guided ? captions : captions.subList(shown.size(), captions.size());
        Conditioning text = task.conditioning(asked, Collections.nCopies(asked.size(), model.whole(shape)));
        return ImageTensors.images(
                model.autoencoder().decode(sampling.sample(plan, noise, text, new SeededNoise(settings.seed()))));
    }

    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            controlNet.publish(folder, weights.averaged());
            return folder;
        });
    }

    @Override
    public void close() {
        arena.close();
    }

    /** An encoded picture and its control picture. */
    public record Controlled(LatentSample sample, Image control) {
        /** Returns control pictures from 0 to 1, {@code [B, 3, H, W]}. */
        static Tensor pictures(List<Controlled> batch) {
            return ImageTensors.zeroToOne(
                    batch.stream().map(Controlled::control).toList());
        }
    }

    /**
     * Encoded pictures with the control pictures that are made from them.
     *
     * @param encoded the encoded pictures
     * @param pictures the pictures themselves, in the same order
     */
    private record ControlledSamples(Dataset<LatentSample> encoded, Dataset<Image> pictures, Preprocessor preprocessor)
            implements Dataset<Controlled> {
        @Override
        public long size() {
            return encoded.size();
        }

        @Override
        public Controlled get(long index) {
            return controlled(encoded.get(index), index);
        }

        @Override
        public Controlled get(long index, long epoch) {
            return controlled(encoded.get(index, epoch), index);
        }

        private Controlled controlled(LatentSample sample, long index) {
            Image picture = pictures.get(index);
            return new Controlled(sample, preprocessor.apply(sample.isMirrored() ? picture.mirrored() : picture));
        }

        @Override
        public int group(long index) {
            return encoded.group(index);
        }

        @Override
        public Optional<Origin> origin(long index) {
            return encoded.origin(index);
        }
    }
}

package dev.hypersd.objective;

import dev.hypersd.data.Captioned;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Pixels;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.sampler.Plan;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SeededNoise;
import dev.hypersd.sampler.Steps;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Draw;
import dev.hypersd.training.FullTuning;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.unet.Conditioning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Trains a base model: the U-Net predicts the noise in latents (Ho et al., 2020, equation 14), and the text encoder learns to tell it what it
 * needs.
 *
 * <p>Part of the captions are dropped, so that guidance without a classifier is possible (Ho and Salimans, 2022).
 */
public final class DenoisingObjective implements Objective<LatentSample> {
    private static final int COLUMNS = 6;

    /**
     * @param model folder in the diffusers layout
     * @param autoencoder folder of the finished autoencoder
     * @param cache folder for latents
     * @param dropped part of the captions that are empty, 0..1
     * @param greatestRatio noise levels with a signal-to-noise ratio above this count less (Hang et al., 2023); infinite for equal
     *     weights
     * @param shown captions that sample pictures are drawn for
     * @param scale of guidance in sample pictures
     */
    public record Settings(
            Path model,
            Path autoencoder,
            Path cache,
            double dropped,
            double greatestRatio,
            List<String> shown,
            double scale,
            double averageDecay,
            long seed) {
        public Settings {
            shown = List.copyOf(shown);
        }
    }

    private final Settings settings;
    private final TensorArena arena = new TensorArena();
    private final LatentDiffusion model;
    private final LatentCache samples;
    private final LatentCache heldOut;
    private final TrainableWeights weights;
    private final Learner<LatentSample> learner;
    private final long[] emptyCaption;

    public DenoisingObjective(
            Settings settings,
            OptimiserSettings optimiser,
            Dataset<Captioned> samples,
            Dataset<Captioned> heldOut,
            LatentCache.Listener listener) {
        this.settings = settings;
        this.model = Engine.infer(
                () -> LatentDiffusion.load(settings.model(), settings.autoencoder(), settings.seed(), arena));
        this.samples = LatentCache.open(settings.cache().resolve("train"), samples, model, listener);
        this.heldOut = LatentCache.open(settings.cache().resolve("held-out"), heldOut, model, listener);
        this.weights = Engine.call(() -> new TrainableWeights(
                new FullTuning(model.parameters()), settings.averageDecay(), settings.seed(), arena));
        this.learner = new Learner<>("base", weights, optimiser, this::losses);
        this.emptyCaption = model.ids("");
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
        Tensor latents = model.latentsOf(batch);
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
                        Conditioning.of(model.textOf(captions)));
        Tensor each = predicted.sub(noise).square().flatten(1, 3).mean(1);
        return Losses.of(
                new Losses.Term("weighted", 1, each.mul(weights(timesteps)).mean()),
                new Losses.Term("squared error", 0, each.mean()));
    }

    /** {@code min(SNR, greatest) / SNR} for each sample. */
    private Tensor weights(int[] timesteps) {
        float[] weights = new float[timesteps.length];
        for (int i = 0; i < weights.length; i++) {
            NoiseLevel level = model.schedule().level(timesteps[i]);
            double ratio = Math.pow(level.alpha() / level.sigma(), 2);
            weights[i] = (float) (Math.min(ratio, settings.greatestRatio()) / ratio);
        }
        return Tensors.of(weights, weights.length);
    }

    /** What the averaged weights draw for the captions of the settings, in 25 steps of DDIM. */
    @Override
    public Map<String, Image> show() {
        List<Image> images = Engine.infer(() -> weights.average().during(this::drawShown));
        List<ContactSheet.Entry> entries = IntStream.range(0, images.size())
                .mapToObj(i ->
                        new ContactSheet.Entry(images.get(i), settings.shown().get(i)))
                .toList();
        return images.isEmpty() ? Map.of() : Map.of("samples", ContactSheet.of(entries, COLUMNS));
    }

    private List<Image> drawShown() {
        List<Image> images = new ArrayList<>();
        Plan plan = Samplers.named("ddim").plan(model.schedule(), Steps.of(25));
        Tensor empty = model.textOf(List.of(emptyCaption));
        for (int first = 0; first < settings.shown().size(); first += COLUMNS) {
            List<String> captions = settings.shown()
                    .subList(first, Math.min(first + COLUMNS, settings.shown().size()));
            int count = captions.size();
            Tensor noise = Draw.at(settings.seed(), first)
                    .normal(count, model.latentShape()[0], model.latentShape()[1], model.latentShape()[2]);
            Tensor latents = new GuidedSampling(model.unet().network(), settings.scale())
                    .sample(
                            plan,
                            noise,
                            model.textOf(captions.stream().map(model::ids).toList()),
                            empty.expand(count, -1, -1),
                            new SeededNoise(settings.seed()));
            images.addAll(Pixels.images(model.autoencoder().decode(latents)));
        }
        return images;
    }

    /** Writes the whole model directory: what learned, and copies of the other parts. */
    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            model.unet().publish(folder.resolve("unet"), part("unet."), Map.of());
            model.text().publish(folder.resolve("text_encoder"), part("text_encoder."), Map.of());
            copy(settings.autoencoder(), folder.resolve("vae"));
            copy(settings.model().resolve("tokenizer"), folder.resolve("tokenizer"));
            copy(settings.model().resolve("scheduler"), folder.resolve("scheduler"));
            Files.copy(
                    settings.model().resolve("model_index.json"),
                    folder.resolve("model_index.json"),
                    StandardCopyOption.REPLACE_EXISTING);
            return folder;
        });
    }

    private Map<String, Tensor> part(String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        weights.averaged().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new HyperSdException(to + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        samples.close();
        heldOut.close();
        arena.close();
    }
}

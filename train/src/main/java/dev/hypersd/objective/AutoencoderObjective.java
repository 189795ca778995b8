package dev.hypersd.objective;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.PerceptualDistance;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Parameter;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.training.Tuning;
import dev.hypersd.vae.AutoencoderKl;
import dev.hypersd.vae.DiagonalGaussian;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains the autoencoder (Rombach et al., 2022, section 3.1): pictures come back as they were, from latents near a
 * standard normal distribution.
 */
public final class AutoencoderObjective implements Objective<Image> {
    private static final int SHOWN = 8;

    /** What learns. */
    public enum Part {
        /** Both halves. */
        ALL {
            @Override
            boolean has(String parameter) {
                return true;
            }
        },
        /** The half that draws, for latents that are settled because other networks have learned from them. */
        DECODER {
            @Override
            boolean has(String parameter) {
                return parameter.startsWith("decoder.") || parameter.startsWith("post_quant_conv.");
            }
        };

        /** Returns whether the parameter of this name is of this part. */
        abstract boolean has(String parameter);

        Map<String, Parameter> of(Map<String, Parameter> parameters) {
            Map<String, Parameter> part = new LinkedHashMap<>(parameters);
            part.keySet().removeIf(name -> !has(name));
            return part;
        }
    }

    /**
     * @param folder with the configuration, and weights to go on from
     * @param part what learns
     * @param crop width and height of the parts of pictures that are learned from, in pixels
     * @param divergence weight of the divergence from a standard normal distribution, per latent
     * @param squared weight of the squared error, in addition to the absolute one: it is led by what is most wrong,
     *     small bright objects, where the absolute error is content with the backgrounds
     * @param edges weight of the differences between neighbouring pixels, which keep outlines sharp
     * @param perceptual how different what comes back looks to a judge, if one is to be asked
     * @param emaDecay the decay of the averaged weights
     * @param seed the seed of random weights
     */
    public record Settings(
            Path folder,
            Part part,
            int crop,
            double divergence,
            double squared,
            double edges,
            Optional<Perceptual> perceptual,
            double emaDecay,
            long seed) {}

    /**
     * A {@link PerceptualDistance}.
     *
     * @param judge folder of the attribute reader whose features are compared
     * @param weight the weight of the distance; 0 to measure it and not to learn from it
     */
    public record Perceptual(Path judge, double weight) {}

    private final Settings settings;
    private final Dataset<Image> samples;
    private final Dataset<Image> heldOut;
    private final TensorArena arena = new TensorArena();
    private final StartedNetwork<AutoencoderKl> autoencoder;
    private final Optional<PerceptualDistance> distance;
    private final TrainableWeights weights;
    private final Learner<Image> learner;

    public AutoencoderObjective(
            Settings settings, OptimiserSettings optimiser, Dataset<Image> samples, Dataset<Image> heldOut) {
        this.settings = settings;
        this.samples = samples;
        this.heldOut = heldOut;
        this.autoencoder = Engine.infer(
                () -> StartedNetwork.load(NetworkType.AUTOENCODER_KL, settings.folder(), settings.seed(), arena));
        this.distance = settings.perceptual().map(perceptual -> distance(perceptual.judge()));
        this.weights = Engine.call(() -> new TrainableWeights(
                new Tuning.Full(settings.part().of(autoencoder.parameters())),
                settings.emaDecay(),
                settings.seed(),
                arena));
        this.learner = new Learner<>("vae", weights, optimiser, (batch, _, random) -> losses(batch, random));
    }

    private PerceptualDistance distance(Path judge) {
        return Engine.infer(() -> new PerceptualDistance(ModelPart.in(JudgeFolder.trained(judge))
                .load(AttributeReader.TYPE, Dtype.F32, arena)
                .network()
                .backbone()));
    }

    @Override
    public Dataset<Image> samples() {
        return samples;
    }

    @Override
    public Optional<Dataset<Image>> heldOut() {
        return Optional.of(heldOut);
    }

    @Override
    public List<Learner<Image>> learners() {
        return List.of(learner);
    }

    private Losses losses(List<Image> batch, RandomSource random) {
        Tensor pixels = crops(ImageTensors.of(batch), settings.crop(), random);
        AutoencoderKl network = autoencoder.network();
        DiagonalGaussian posterior = network.posterior(pixels);
        long[] shape = {
            posterior.mean().size(0),
            posterior.mean().size(1),
            posterior.mean().size(2),
            posterior.mean().size(3)
        };
        Tensor decoded = network.decode(network.scale(posterior.sample(random.normal(shape))));
        Tensor error = decoded.sub(pixels);
        List<Term> terms = new ArrayList<>(List.of(
                new Term("absolute error", 1, error.abs().mean()),
                new Term("squared error", settings.squared(), error.square().mean()),
                new Term("edges", settings.edges(), ReconstructionErrors.edges(error)),
                new Term("divergence", settings.divergence(), ReconstructionErrors.divergence(posterior)),
                new Term("psnr", 0, ReconstructionErrors.signalToNoise(error))));
        distance.ifPresent(judge -> terms.add(new Term(
                "perceptual",
                settings.perceptual().map(Perceptual::weight).orElse(0.0),
                judge.between(decoded, pixels))));
        return new Losses(terms);
    }

    /** Returns a square part of every picture, each from another place. */
    private static Tensor crops(Tensor pixels, int size, RandomSource random) {
        int batch = (int) pixels.size(0);
        int[] top = random.integers((int) pixels.size(2) - size + 1, batch);
        int[] left = random.integers((int) pixels.size(3) - size + 1, batch);
        return TensorScope.scoped(() -> {
            List<Tensor> crops = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                crops.add(pixels.narrow(0, i, 1).narrow(2, top[i], size).narrow(3, left[i], size));
            }
            return Tensors.cat(0, crops);
        });
    }

    /** Returns pictures above what comes back of them. */
    @Override
    public Map<String, Image> show() {
        List<Image> originals = LongStream.range(0, Math.min(SHOWN, heldOut.size()))
                .mapToObj(heldOut::get)
                .toList();
        List<Image> decoded = Engine.infer(() -> weights.average().during(() -> {
            AutoencoderKl network = autoencoder.network();
            Tensor latents =
                    network.scale(network.posterior(ImageTensors.of(originals)).mode());
            return ImageTensors.images(network.decode(latents));
        }));
        List<ContactSheet.Entry> entries = new ArrayList<>();
        originals.forEach(image -> entries.add(new ContactSheet.Entry(image, "")));
        decoded.forEach(image -> entries.add(new ContactSheet.Entry(image, "")));
        return Map.of("reconstructions", ContactSheet.of(entries, originals.size()));
    }

    /**
     * Writes the autoencoder, with the scaling that gives its latents unit variance unless they were settled before.
     */
    @Override
    public void publish(Path folder) {
        Engine.infer(() -> {
            Map<String, Tensor> all = new LinkedHashMap<>();
            autoencoder.parameters().forEach((name, parameter) -> all.put(name, parameter.base()));
            all.putAll(weights.averaged());
            autoencoder.publish(
                    folder,
                    all,
                    switch (settings.part()) {
                        case ALL -> Map.of("scaling_factor", 1 / latentDeviation());
                        case DECODER -> Map.of();
                    });
            return folder;
        });
    }

    private double latentDeviation() {
        List<Image> images = LongStream.range(0, Math.min(64, heldOut.size()))
                .mapToObj(heldOut::get)
                .toList();
        return weights.average()
                .during(() -> autoencoder
                        .network()
                        .posterior(ImageTensors.of(images))
                        .mode()
                        .std()
                        .item_double());
    }

    @Override
    public void close() {
        arena.close();
    }

    /** What is measured of an autoencoder, each a scalar. */
    static final class ReconstructionErrors {
        private ReconstructionErrors() {}

        /** Returns the mean absolute difference of neighbours. */
        static Tensor edges(Tensor x) {
            long height = x.size(2);
            long width = x.size(3);
            return scoped(() -> x.narrow(2, 1, height - 1)
                    .sub(x.narrow(2, 0, height - 1))
                    .abs()
                    .mean()
                    .add(x.narrow(3, 1, width - 1)
                            .sub(x.narrow(3, 0, width - 1))
                            .abs()
                            .mean()));
        }

        /** Of Kullback and Leibler, from a standard normal distribution, per latent. */
        static Tensor divergence(DiagonalGaussian posterior) {
            return scoped(() -> posterior
                    .mean()
                    .square()
                    .add(posterior.logVariance().exp())
                    .sub(posterior.logVariance())
                    .sub(new Scalar(1))
                    .mean()
                    .mul(new Scalar(0.5)));
        }

        /** In decibel, for pixels that span 2. */
        static Tensor signalToNoise(Tensor error) {
            return scoped(() -> torch.log10(error.detach().square().mean().div(new Scalar(4)))
                    .mul(new Scalar(-10)));
        }
    }
}

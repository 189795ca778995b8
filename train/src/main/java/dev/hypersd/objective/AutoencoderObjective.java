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
 * Trains the autoencoder (Rombach et al., 2022, section 3.1): pictures are reconstructed from latents near a standard
 * normal distribution.
 */
public final class AutoencoderObjective implements Objective<Image> {
    private static final int SHOWN = 8;

    /** The trained part of the autoencoder. */
    public enum Part {
        /** Encoder and decoder. */
        ALL {
            @Override
            boolean has(String parameter) {
                return true;
            }
        },
        /** The decoder only, for latents that are fixed because other networks were trained on them. */
        DECODER {
            @Override
            boolean has(String parameter) {
                return parameter.startsWith("decoder.") || parameter.startsWith("post_quant_conv.");
            }
        };

        /** Returns whether the parameter of this name belongs to this part. */
        abstract boolean has(String parameter);

        Map<String, Parameter> of(Map<String, Parameter> parameters) {
            Map<String, Parameter> part = new LinkedHashMap<>(parameters);
            part.keySet().removeIf(name -> !has(name));
            return part;
        }
    }

    /**
     * The settings of the training.
     *
     * @param folder the folder with the configuration, and optionally weights to start from
     * @param part the trained part
     * @param crop width and height of the crops of pictures, in pixels
     * @param divergence the weight of the divergence from a standard normal distribution, per latent
     * @param squared the weight of the squared error, in addition to the absolute one. It is dominated by the largest
     *     errors, those of small bright objects, where the absolute error is dominated by backgrounds
     * @param edges the weight of the differences between neighbouring pixels, which keeps outlines sharp
     * @param perceptual the perceptual distance of the reconstruction, if it is used
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
     * The settings of a {@link PerceptualDistance}.
     *
     * @param judge the folder of the attribute reader whose features are compared
     * @param weight the weight of the distance; 0 to measure it only
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
    public double memoryOfSample(boolean gradientCheckpointing) {
        double all = SampleMemory.ofAutoencoder(autoencoder.network().config(), settings.crop());
        return settings.part() == Part.ALL ? all : all / 2;
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

    /** Crops a square from every picture, each at a random place. */
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

    /** Returns sheets of pictures above their reconstructions. */
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
     * Writes the autoencoder. If the encoder was trained, the configuration has the scaling that gives latents unit
     * variance.
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

    /** Measures of reconstruction, each a scalar. */
    static final class ReconstructionErrors {
        private ReconstructionErrors() {}

        /** Returns the mean absolute difference of neighbouring pixels. */
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

        /** Returns the Kullback-Leibler divergence from a standard normal distribution, per latent. */
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

        /** Returns the peak signal-to-noise ratio in decibels, for pixels that span 2. */
        static Tensor signalToNoise(Tensor error) {
            return scoped(() -> torch.log10(error.detach().square().mean().div(new Scalar(4)))
                    .mul(new Scalar(-10)));
        }
    }
}

package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.image.Tiling;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The tiny autoencoder TAESD (Boer Bohan, 2023): distilled from the one of Stable Diffusion, about thirty times faster
 * and slightly less faithful. It suits previews and slow machines. Its encoder is deterministic.
 */
public final class AutoencoderTiny extends Autoencoder {
    private final AutoencoderTinyConfig config;

    public AutoencoderTiny(AutoencoderTinyConfig config, Parameters p) {
        this(config, encoder(p.at("encoder"), config), decoder(p.at("decoder"), config));
    }

    private AutoencoderTiny(AutoencoderTinyConfig config, Step encoder, Step decoder) {
        super(config, encoder, decoder);
        this.config = config;
    }

    /**
     * Builds the encoder. The numbers in the names count all layers of the reference's list, including those without
     * weights.
     */
    private static Step encoder(Parameters p, AutoencoderTinyConfig config) {
        int channels = config.encoder().channels();
        List<Step> steps = new ArrayList<>();
        steps.add(h -> h.add(new Scalar(1.0)).div_(new Scalar(2.0)));
        int layer = 0;
        for (int blocks : config.encoder().blocks()) {
            Parameters conv = p.at("layers." + layer);
            steps.add(
                    layer == 0
                            ? Conv2d.same3x3(conv, config.imageChannels(), channels)::forward
                            : Conv2d.unbiased(conv, channels, channels, 3, 2, 1)::forward);
            layer++;
            for (int i = 0; i < blocks; i++) {
                steps.add(new TinyBlock(p.at("layers." + layer), channels)::forward);
                layer++;
            }
        }
        steps.add(Conv2d.same3x3(p.at("layers." + layer), channels, config.latentChannels())::forward);
        return computedIn(p.dtype(), x -> chain(x, steps));
    }

    private static Step decoder(Parameters p, AutoencoderTinyConfig config) {
        int channels = config.decoder().channels();
        List<Step> steps = new ArrayList<>();
        steps.add(AutoencoderTiny::pullIn);
        Conv2d first = Conv2d.same3x3(p.at("layers.0"), config.latentChannels(), channels);
        steps.add(h -> first.forward(h).relu_());
        int layer = 2;
        int sizes = config.decoder().blocks().size();
        for (int size = 0; size < sizes; size++) {
            for (int i = 0; i < config.decoder().blocks().get(size); i++) {
                steps.add(new TinyBlock(p.at("layers." + layer), channels)::forward);
                layer++;
            }
            if (size < sizes - 1) {
                steps.add(AutoencoderTiny::enlarge);
                steps.add(Conv2d.unbiased(p.at("layers." + (layer + 1)), channels, channels, 3, 1, 1)::forward);
                layer += 2;
            }
        }
        Conv2d last = Conv2d.same3x3(p.at("layers." + layer), channels, config.imageChannels());
        steps.add(h -> last.forward(h).mul_(new Scalar(2.0)).sub_(new Scalar(1.0)));
        return computedIn(p.dtype(), x -> chain(x, steps));
    }

    /** Applies {@code 3 tanh(x / 3)}, which limits extreme latents and hardly changes usual ones. */
    private static Tensor pullIn(Tensor x) {
        return x.div(new Scalar(3.0)).tanh_().mul(new Scalar(3.0));
    }

    private static Tensor enlarge(Tensor x) {
        return torch.upsample_nearest2d(
                x, new long[] {2 * x.size(2), 2 * x.size(3)}, new DoubleOptional(), new DoubleOptional());
    }

    @Override
    public AutoencoderTinyConfig config() {
        return config;
    }

    @Override
    public AutoencoderTiny tiled(Tiling tiling) {
        return new AutoencoderTiny(config, tiledEncoder(tiling), tiledDecoder(tiling));
    }

    @Override
    public Tensor encode(Tensor images, Supplier<Tensor> noise) {
        return scoped(() -> scale(encodeRaw(images)));
    }

    /** Maps latents to 0..1, to store them as a picture; values outside are clipped. */
    public Tensor toUnit(Tensor latents) {
        return chain(
                latents,
                x -> x.div(new Scalar(2 * config.magnitude()))
                        .add_(new Scalar(config.shift()))
                        .clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0))));
    }

    /** Maps values from 0..1 to latents, the reverse of {@link #toUnit}. */
    public Tensor fromUnit(Tensor unit) {
        return chain(unit, x -> x.sub(new Scalar(config.shift())).mul_(new Scalar(2 * config.magnitude())));
    }

    /**
     * Three 3x3 convolutions with ReLU after each, the last after the residual connection: {@code [B, C, H, W] -> [B,
     * C, H, W]}.
     */
    static final class TinyBlock {
        private final Conv2d conv1;
        private final Conv2d conv2;
        private final Conv2d conv3;

        TinyBlock(Parameters p, long channels) {
            this.conv1 = Conv2d.same3x3(p.at("conv.0"), channels, channels);
            this.conv2 = Conv2d.same3x3(p.at("conv.2"), channels, channels);
            this.conv3 = Conv2d.same3x3(p.at("conv.4"), channels, channels);
        }

        Tensor forward(Tensor x) {
            return chain(
                    x,
                    h -> conv1.forward(h).relu_(),
                    h -> conv2.forward(h).relu_(),
                    h -> conv3.forward(h).add_(x).relu_());
        }
    }
}

package dev.hypersd.controlnet;

import static dev.hypersd.tensor.Shapes.ANY;
import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.keeping;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.controlnet.ControlNetConfig.ChannelOrder;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.Conditioning.Residuals;
import dev.hypersd.unet.UNetEncoder;
import dev.hypersd.unet.UNetEncoder.Features;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A ControlNet: a copy of a U-Net's encoder that also sees a control picture. Each of its feature maps passes through a
 * 1x1 convolution, and the resulting residuals are added to those that the U-Net's encoder passes to the decoder.
 *
 * <p>It computes in the type of its weights. Stateless, so safe to share.
 */
public final class ControlNet {
    /** Scalings of the residuals in addition to the scale of the ControlNet. */
    public enum ResidualScaling {
        /** All residuals keep their scale. */
        UNIFORM,

        /**
         * The factors grow in equal ratios from 0.1, for the feature maps of the highest resolution, to 1 for the
         * middle block, as in guess mode of diffusers.
         */
        LOGARITHMIC;

        /**
         * Returns the factor of one residual.
         *
         * @param index the index of the residual, from 0 for the feature maps of the highest resolution
         * @param last the index of the middle block's residual
         */
        private double factor(int index, int last) {
            return switch (this) {
                case UNIFORM -> 1;
                case LOGARITHMIC -> Math.pow(10, (double) index / last - 1);
            };
        }
    }

    private final ControlNetConfig config;
    private final UNetEncoder encoder;
    private final ConditioningEmbedding embedding;
    private final List<Conv2d> skips = new ArrayList<>();
    private final Conv2d middle;
    private final Dtype dtype;

    public ControlNet(ControlNetConfig config, Parameters p) {
        this.config = config;
        this.encoder = new UNetEncoder(config.unet(), p);
        this.embedding = new ConditioningEmbedding(p.at("controlnet_cond_embedding"), config);
        for (int channels : config.unet().skipChannels()) {
            skips.add(Conv2d.zeroInitialised(p.at("controlnet_down_blocks." + skips.size()), channels, channels, 1));
        }
        int coarsest = config.unet().coarsest().channels();
        this.middle = Conv2d.zeroInitialised(p.at("controlnet_mid_block"), coarsest, coarsest, 1);
        this.dtype = p.dtype();
    }

    public ControlNetConfig config() {
        return config;
    }

    /**
     * Embeds a control picture; the result can be used in all steps.
     *
     * @param picture red, green and blue from 0 to 1, {@code [B, 3, 8h, 8w]}
     * @return {@code [B, C, h, w]}
     * @throws InvalidRequestException if the shape is another
     */
    public Tensor embed(Tensor picture) {
        Shapes.require("the control picture", picture, ANY, config.pictureChannels(), ANY, ANY);
        int factor = config.scaleFactor();
        if (picture.size(2) % factor != 0 || picture.size(3) % factor != 0) {
            throw new InvalidRequestException(
                    "a control picture of %d x %d pixels has sides that are not multiples of %d"
                            .formatted(picture.size(3), picture.size(2), factor));
        }
        return scoped(() -> {
            Tensor typed = picture.to(dtype.scalarType());
            return embedding.forward(config.order() == ChannelOrder.BGR ? typed.flip(1) : typed);
        });
    }

    /**
     * Computes the residuals to add in the U-Net. The tensors belong to the caller's scope.
     *
     * @param sample the noisy latents, as the U-Net is given them, {@code [B, 4, h, w]}
     * @param timesteps {@code [1]} or {@code [B]}, 0..999
     * @param conditioning the U-Net's, without a guidance embedding
     * @param picture the embedded picture from {@link #embed}, one for all samples or one for each
     * @param scale the factor of all residuals, the conditioning scale: 1 as trained, 0 for none
     * @param scaling the additional factors of the single residuals
     * @throws InvalidRequestException if an input does not fit this network
     */
    public Residuals forward(
            Tensor sample,
            Tensor timesteps,
            Conditioning conditioning,
            Tensor picture,
            double scale,
            ResidualScaling scaling) {
        encoder.check(sample, timesteps, conditioning);
        long rows = picture.size(0) == 1 ? 1 : sample.size(0);
        Shapes.require("the embedded control picture", picture, rows, ANY, sample.size(2), sample.size(3));
        return keeping(
                () -> {
                    Tensor seen = encoder.stem(sample).add_(picture);
                    Features features =
                            encoder.encode(seen, encoder.embed(timesteps, conditioning), conditioning.text());
                    List<Tensor> added = new ArrayList<>();
                    for (int i = 0; i < skips.size(); i++) {
                        added.add(project(skips.get(i), features.skips().get(i), scale * factor(scaling, i)));
                    }
                    return new Residuals(
                            added, project(middle, features.middle(), scale * factor(scaling, skips.size())));
                },
                Residuals::tensors);
    }

    private double factor(ResidualScaling scaling, int index) {
        return scaling.factor(index, skips.size());
    }

    private static Tensor project(Conv2d convolution, Tensor features, double scale) {
        return scoped(() -> convolution.forward(features).mul_(new Scalar(scale)));
    }

    /**
     * The conditioning embedding: convolutions that bring a picture to the size and the channels of the U-Net's first
     * feature maps, {@code [B, 3, 8h, 8w] -> [B, C, h, w]}.
     */
    static final class ConditioningEmbedding {
        private final List<Step> steps = new ArrayList<>();

        ConditioningEmbedding(Parameters p, ControlNetConfig config) {
            List<Integer> channels = config.embeddingChannels();
            add(Conv2d.same3x3(p.at("conv_in"), config.pictureChannels(), channels.getFirst()));
            for (int i = 1; i < channels.size(); i++) {
                int before = channels.get(i - 1);
                add(Conv2d.same3x3(p.at("blocks." + (2 * i - 2)), before, before));
                add(Conv2d.of(p.at("blocks." + (2 * i - 1)), before, channels.get(i), 3, 2, 1));
            }
            steps.add(Conv2d.zeroInitialised(
                    p.at("conv_out"), channels.getLast(), config.unet().stemChannels(), 3)::forward);
        }

        private void add(Conv2d convolution) {
            steps.add(x -> Tensors.siluInPlace(convolution.forward(x)));
        }

        Tensor forward(Tensor picture) {
            return chain(picture, steps);
        }
    }
}

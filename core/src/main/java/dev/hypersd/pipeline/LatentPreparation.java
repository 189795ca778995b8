package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.pipeline.LatentPreparation.PreparedLatents.Kept;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Original;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.vae.Autoencoder;
import dev.hypersd.vae.AutoencoderKl;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Prepares the {@link PreparedLatents} of a request. Noise is drawn in the order of diffusers, so that a seed gives the
 * same picture: for the encoded picture, for the start, for the encoded masked picture.
 */
final class LatentPreparation {
    /** Less than any share of a step, and more than the error of a product that should be whole. */
    private static final double ROUNDING = 1e-9;

    private final DiffusionModel model;
    private final ImageRequest request;
    private final Size size;
    private final SamplingPlan plan;
    private final NoiseSource noise;

    LatentPreparation(DiffusionModel model, ImageRequest request, Size size, SamplingPlan plan, NoiseSource noise) {
        this.model = model;
        this.request = request;
        this.size = size;
        this.plan = plan;
        this.noise = noise;
    }

    /** Prepares the initial latents. */
    PreparedLatents prepare() {
        boolean inpainting = model.denoiser().unet().config().isForInpainting();
        return request.original()
                .map(original -> original.mask()
                        .map(mask -> inpainting ? concatenated(original.picture(), mask) : masked(original, mask))
                        .orElseGet(() -> from(encode(pixels(original.picture())))))
                .orElseGet(() -> PreparedLatents.of(pure(draw())));
    }

    /**
     * Begins with {@code latents} of unit variance: unchanged where an earlier run has noised them already, otherwise
     * with the noise of the plan's first step.
     */
    PreparedLatents from(Tensor latents) {
        return PreparedLatents.of(request.steps().denoisingStart() > 0 ? latents : plan.addNoise(0, latents, draw()));
    }

    /**
     * Prepares inpainting with an ordinary U-Net, which draws everywhere; after each step the rest of the picture is
     * restored.
     */
    private PreparedLatents masked(Original original, Image mask) {
        Tensor clean = encode(pixels(original.picture()));
        Tensor drawn = draw();
        if (samples()) {
            noise.next(shape()); // The reference encodes the masked picture here too, without using it.
        }
        return new PreparedLatents(
                start(clean, drawn),
                Optional.of(new Kept(clean, drawn, latentMask(mask), keptSteps(original.keptStrength()))),
                Optional.empty());
    }

    /**
     * Returns in how many of the first steps the rest of the picture is restored: all but those that {@code strength}
     * would take, rounded down as that of the request is.
     */
    private int keptSteps(double strength) {
        double share = Math.min(1, strength / request.steps().strength());
        return plan.size() - (int) (plan.size() * share + ROUNDING);
    }

    /** Prepares inpainting with a U-Net for it, which sees the mask and the masked picture as additional channels. */
    private PreparedLatents concatenated(Image picture, Image mask) {
        Tensor pixels = pixels(picture);
        Tensor start;
        if (isWhole()) {
            start = pure(draw());
        } else {
            Tensor clean = encode(pixels);
            start = plan.addNoise(0, clean, draw());
        }
        Tensor stays = mask(mask).neg().add_(new Scalar(1.0));
        Tensor hidden = encode(pixels.mul(stays));
        Tensor where = latentMask(mask).expand(request.count(), 1, hidden.size(2), hidden.size(3));
        return new PreparedLatents(start, Optional.empty(), Optional.of(Tensors.cat(1, where, hidden)));
    }

    private Tensor start(Tensor clean, Tensor drawn) {
        return isWhole() ? pure(drawn) : plan.addNoise(0, clean, drawn);
    }

    /** Returns whether the redrawn area starts from pure noise, without anything of the picture. */
    private boolean isWhole() {
        return request.steps().strength() == 1 && request.steps().originStrength() == 1;
    }

    private Tensor pure(Tensor drawn) {
        return drawn.mul(new Scalar(plan.initNoiseSigma()));
    }

    private Tensor draw() {
        return model.device().place(noise.next(shape()));
    }

    private long[] shape() {
        int factor = model.autoencoder().scaleFactor();
        return new long[] {
            request.count(), model.autoencoder().latentChannels(), size.height() / factor, size.width() / factor
        };
    }

    /**
     * Encodes one picture and samples latents for each picture of the request: {@code [1, 3, H, W] -> [B, C, h, w]}.
     */
    private Tensor encode(Tensor pixels) {
        Autoencoder whole = model.autoencoder();
        Autoencoder encoder = request.tiling().map(whole::tiled).orElse(whole);
        if (!samples()) {
            Tensor one = encoder.encode(pixels, () -> NoiseSource.NONE.next());
            return one.expand(request.count(), one.size(1), one.size(2), one.size(3));
        }
        Tensor drawn = draw();
        return Tensors.cat(
                0,
                LongStream.range(0, request.count())
                        .mapToObj(i -> TensorScope.scoped(() -> encoder.encode(pixels, () -> drawn.narrow(0, i, 1))))
                        .toList());
    }

    /** Returns whether the autoencoder encodes a picture as a distribution, which is sampled. */
    private boolean samples() {
        return model.autoencoder() instanceof AutoencoderKl;
    }

    private Tensor pixels(Image picture) {
        return model.device().place(ImageTensors.of(sized(picture)));
    }

    private Tensor mask(Image mask) {
        return model.device().place(ImageTensors.mask(sized(mask.grey())));
    }

    /** Returns the mask at the size of the latents: of each block of pixels the upper left one. */
    private Tensor latentMask(Image mask) {
        long[] shape = shape();
        return torch.upsample_nearest2d(
                mask(mask), new long[] {shape[2], shape[3]}, new DoubleOptional(), new DoubleOptional());
    }

    private Image sized(Image picture) {
        return picture.resize(size.width(), size.height(), Resampling.LANCZOS);
    }

    /**
     * The initial latents of the sampling loop, and the part of the picture that it keeps.
     *
     * @param start the latents before the first step, {@code [B, C, h, w]}
     * @param kept the part of the picture that stays, if any
     * @param inpaintingChannels the additional channels of a U-Net for inpainting: mask and masked picture, {@code [B,
     *     1 + C, h, w]}
     */
    record PreparedLatents(Tensor start, Optional<Kept> kept, Optional<Tensor> inpaintingChannels) {
        /**
         * The part of a picture that stays unchanged, or is redrawn by the last steps alone.
         *
         * @param clean the latents of the picture
         * @param noise the noise of the initial latents
         * @param mask 1 where the picture is redrawn and 0 where it stays, {@code [1, 1, h, w]}
         * @param steps the number of first steps after which the part is restored
         */
        record Kept(Tensor clean, Tensor noise, Tensor mask, int steps) {
            /**
             * Returns the latents {@code x} after step {@code i} with this part restored, at the noise level of the
             * next step.
             */
            Tensor putBack(SamplingPlan plan, int i, Tensor x) {
                boolean last = i == plan.size() - 1;
                Tensor own = last ? clean : plan.addNoise(i + 1, clean, noise);
                Tensor stays = mask.neg().add_(new Scalar(1.0));
                return stays.mul(own).add_(mask.mul(x));
            }
        }

        /** Creates latents that are drawn everywhere. */
        static PreparedLatents of(Tensor start) {
            return new PreparedLatents(start, Optional.empty(), Optional.empty());
        }

        /** Returns the latents after step {@code i}, with the kept part restored. */
        Tensor after(SamplingPlan plan, int i, Tensor x) {
            return kept.filter(part -> i < part.steps())
                    .map(part -> part.putBack(plan, i, x))
                    .orElse(x);
        }
    }
}

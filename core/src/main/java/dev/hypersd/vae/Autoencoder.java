package dev.hypersd.vae;

import static dev.hypersd.tensor.Shapes.ANY;
import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * An autoencoder, which encodes images to the latents of a U-Net and decodes latents to images. It computes in the type
 * of its weights; results have the type of the input. Stateless, so safe to share; adapters that are active in the call
 * apply.
 */
public abstract sealed class Autoencoder permits AutoencoderKl, AutoencoderTiny {
    private final AutoencoderConfig config;
    private final Step encoder;
    private final Step decoder;

    /**
     * Creates the autoencoder.
     *
     * @param encoder the encoder from images to raw latents, or to the moments of their distribution
     * @param decoder the decoder from raw latents to images
     */
    Autoencoder(AutoencoderConfig config, Step encoder, Step decoder) {
        this.config = config;
        this.encoder = encoder;
        this.decoder = decoder;
    }

    /** Returns {@code step}, computed in {@code dtype}; the result has the type of the input. */
    static Step computedIn(Dtype dtype, Step step) {
        return x -> chain(x, h -> h.to(dtype.scalarType()), step, h -> h.to(x.scalar_type()));
    }

    /** Returns the sizes and options. */
    public AutoencoderConfig config() {
        return config;
    }

    /** Returns the number of pixels per latent in each direction: 8 in every published model. */
    public int scaleFactor() {
        return config.scaleFactor();
    }

    /** Returns the number of channels of the latents. */
    public int latentChannels() {
        return config.latentChannels();
    }

    /**
     * Decodes latents.
     *
     * @param latents latents of unit variance, as samplers return them, {@code [B, C, h, w]}
     * @return {@code [B, 3, h * scaleFactor, w * scaleFactor]}, about -1..1
     * @throws InvalidRequestException if the shape is another
     */
    public Tensor decode(Tensor latents) {
        Shapes.require("the latents", latents, ANY, latentChannels(), ANY, ANY);
        return chain(latents, config.scaling()::restore, decoder);
    }

    /**
     * Encodes images.
     *
     * @param images -1..1, {@code [B, 3, H, W]}, height and width multiples of {@link #scaleFactor}
     * @param noise provides standard normal noise in the shape of the result, called only where the encoder returns a
     *     distribution, which is sampled
     * @return latents of about unit variance, {@code [B, C, H / scaleFactor, W / scaleFactor]}
     * @throws InvalidRequestException if the shape is another
     */
    public abstract Tensor encode(Tensor images, Supplier<Tensor> noise);

    /** Returns the output of the encoder, before latents are scaled to unit variance. */
    Tensor encodeRaw(Tensor images) {
        int factor = scaleFactor();
        Shapes.require("the images", images, ANY, config.imageChannels(), ANY, ANY);
        if (images.size(2) % factor != 0 || images.size(3) % factor != 0) {
            throw new InvalidRequestException(
                    "images of %d x %d pixels cannot be encoded: width and height must be multiples of %d"
                            .formatted(images.size(3), images.size(2), factor));
        }
        return encoder.apply(images);
    }

    /** Scales raw latents to unit variance. */
    public Tensor scale(Tensor raw) {
        return scoped(() -> config.scaling().normalise(raw));
    }

    /** Returns this autoencoder working in tiles. */
    public abstract Autoencoder tiled(Tiling tiling);

    /** Returns the encoder working in tiles. */
    Step tiledEncoder(Tiling tiling) {
        return images -> Tiles.apply(tiling, images, scaleFactor(), 1, encoder);
    }

    /** Returns the decoder working in tiles. */
    Step tiledDecoder(Tiling tiling) {
        return latents -> Tiles.apply(tiling, latents, 1, scaleFactor(), decoder);
    }
}

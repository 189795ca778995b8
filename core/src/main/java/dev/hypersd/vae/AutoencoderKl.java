package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.vae.AutoencoderKlConfig.Option;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * The variational autoencoder of Stable Diffusion (Rombach et al., 2022), which encodes a picture as a normal
 * distribution of latents.
 */
public final class AutoencoderKl extends Autoencoder {
    private static final Map<String, String> OLD_ATTENTION_NAMES =
            Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

    private final AutoencoderKlConfig config;

    /**
     * Builds the autoencoder.
     *
     * @param p named as in {@link #named}
     */
    public AutoencoderKl(AutoencoderKlConfig config, Parameters p) {
        this(config, encoder(config, p), decoder(config, p));
    }

    private AutoencoderKl(AutoencoderKlConfig config, Step encoder, Step decoder) {
        super(config, encoder, decoder);
        this.config = config;
    }

    private static Step encoder(AutoencoderKlConfig config, Parameters p) {
        Step encoder = new KlEncoder(p.at("encoder"), config)::forward;
        Step quant = pointwise(config, Option.QUANT_CONVOLUTION, p.at("quant_conv"), 2L * config.latentChannels());
        return computedIn(p.dtype(), images -> chain(images, encoder, quant));
    }

    private static Step decoder(AutoencoderKlConfig config, Parameters p) {
        Step postQuant =
                pointwise(config, Option.POST_QUANT_CONVOLUTION, p.at("post_quant_conv"), config.latentChannels());
        Step decoder = new KlDecoder(p.at("decoder"), config)::forward;
        return computedIn(p.dtype(), latents -> chain(latents, postQuant, decoder));
    }

    private static Step pointwise(AutoencoderKlConfig config, Option option, Parameters p, long channels) {
        return config.has(option) ? Conv2d.pointwise(p, channels, channels)::forward : x -> x;
    }

    /**
     * Returns a file's tensors by the names that this network uses; files of the time of SD 1.5 have other names for
     * the attention.
     */
    public static WeightSource named(WeightSource file) {
        return WeightView.renamed(file, name -> Optional.of(currentName(name)));
    }

    private static String currentName(String name) {
        String[] parts = name.split("\\.", -1);
        int layer = parts.length - 2;
        if (name.contains(".attentions.") && OLD_ATTENTION_NAMES.containsKey(parts[layer])) {
            parts[layer] = OLD_ATTENTION_NAMES.get(parts[layer]);
        }
        return String.join(".", parts);
    }

    @Override
    public AutoencoderKlConfig config() {
        return config;
    }

    @Override
    public AutoencoderKl tiled(Tiling tiling) {
        return new AutoencoderKl(config, tiledEncoder(tiling), tiledDecoder(tiling));
    }

    @Override
    public Tensor encode(Tensor images, Supplier<Tensor> noise) {
        return scoped(() -> scale(posterior(images).sample(noise.get())));
    }

    /**
     * Returns the distribution of an image's latents before they are scaled to unit variance. Its tensors belong to the
     * caller's scope.
     *
     * @param images -1..1, {@code [B, 3, H, W]}
     * @throws InvalidRequestException if a side is not a multiple of {@link #scaleFactor}
     */
    public DiagonalGaussian posterior(Tensor images) {
        return DiagonalGaussian.of(encodeRaw(images));
    }
}

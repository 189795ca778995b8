package dev.hypersd.vae;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.List;

/**
 * The sizes and options of an {@link AutoencoderTiny}, as its {@code config.json} gives them.
 *
 * @param imageChannels 3
 * @param latentChannels 4
 * @param encoder the encoder, from full size to the latents' size
 * @param decoder the decoder, from the latents' size to full size
 * @param scaling the scaling of the latents
 * @param magnitude and
 * @param shift map latents to 0..1 for {@link AutoencoderTiny#toUnit}
 */
public record AutoencoderTinyConfig(
        int imageChannels,
        int latentChannels,
        Half encoder,
        Half decoder,
        LatentScaling scaling,
        double magnitude,
        double shift)
        implements AutoencoderConfig {
    /** The encoder or the decoder: its number of channels, and of residual blocks at each size. */
    public record Half(int channels, List<Integer> blocks) {
        public Half {
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * Reads the configuration of an {@code AutoencoderTiny}.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    public static AutoencoderTinyConfig from(JsonObject json) {
        json.expect("act_fn", "relu");
        json.expect("upsample_fn", "nearest");
        json.expect("upsampling_scaling_factor", 2);
        // Without a bearing on the result: it never leaves the range of F16, and the other repeats the decoder's
        // widths.
        json.ignore("force_upcast", "block_out_channels");
        int imageChannels = json.positive("in_channels", 3);
        json.expect("out_channels", imageChannels);
        int latentChannels = json.positive("latent_channels", 4);
        Half encoder = half(json, "encoder_block_out_channels", "num_encoder_blocks", List.of(1, 3, 3, 3));
        Half decoder = half(json, "decoder_block_out_channels", "num_decoder_blocks", List.of(3, 3, 3, 1));
        if (encoder.blocks().size() != decoder.blocks().size()) {
            throw json.invalid("num_decoder_blocks", "has another number of sizes than num_encoder_blocks");
        }
        AutoencoderTinyConfig config = new AutoencoderTinyConfig(
                imageChannels,
                latentChannels,
                encoder,
                decoder,
                LatentScaling.from(json, latentChannels, 1.0),
                json.number("latent_magnitude", 3),
                json.number("latent_shift", 0.5));
        json.warnOfUnread();
        return config;
    }

    private static Half half(JsonObject json, String widthsKey, String blocksKey, List<Integer> absentBlocks) {
        List<Integer> widths = json.integers(widthsKey, List.of(64, 64, 64, 64));
        if (widths.isEmpty()
                || widths.getFirst() < 1
                || widths.stream().distinct().count() != 1) {
            throw json.invalid(widthsKey, "must be one positive width at all sizes, not " + widths);
        }
        List<Integer> blocks = json.integers(blocksKey, absentBlocks);
        if (blocks.size() != widths.size() || blocks.stream().anyMatch(b -> b < 0)) {
            throw json.invalid(
                    blocksKey, "must be a number for each of the " + widths.size() + " sizes, not " + blocks);
        }
        return new Half(widths.getFirst(), blocks);
    }

    @Override
    public int scaleFactor() {
        return 1 << (encoder.blocks().size() - 1);
    }

    @Override
    public int fullSizeChannels() {
        return decoder.channels();
    }
}

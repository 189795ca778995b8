package dev.hypersd.vae;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The sizes and options of an {@link AutoencoderKl}, as its {@code config.json} gives them.
 *
 * @param imageChannels 3
 * @param latentChannels 4
 * @param channels the channels of each level, from full size to the latents' size
 * @param layers the number of residual blocks of a level in the encoder; the decoder has one more
 * @param normGroups groups of every GroupNorm
 * @param scaling the scaling of the latents
 */
public record AutoencoderKlConfig(
        int imageChannels,
        int latentChannels,
        List<Integer> channels,
        int layers,
        int normGroups,
        LatentScaling scaling,
        Set<Option> options)
        implements AutoencoderConfig {
    /** The optional parts of the network. */
    public enum Option {
        /** A 1x1 convolution after the encoder. */
        QUANT_CONVOLUTION("use_quant_conv"),
        /** A 1x1 convolution before the decoder. */
        POST_QUANT_CONVOLUTION("use_post_quant_conv"),
        /** Attention in the middle blocks. */
        MIDDLE_ATTENTION("mid_block_add_attention");

        private final String key;

        Option(String key) {
            this.key = key;
        }
    }

    public AutoencoderKlConfig {
        channels = List.copyOf(channels);
        options = Set.copyOf(options);
    }

    /**
     * Reads the configuration of an {@code AutoencoderKL}.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    public static AutoencoderKlConfig from(JsonObject json) {
        json.expect("act_fn", "silu");
        // Without a bearing on the result: the size of the pictures it was trained on, and a warning of F16 that every
        // file has.
        json.ignore("sample_size", "force_upcast");
        List<Integer> channels = json.integers("block_out_channels", List.of(64));
        expectAll(json, "down_block_types", "DownEncoderBlock2D", channels.size());
        expectAll(json, "up_block_types", "UpDecoderBlock2D", channels.size());
        int groups = json.positive("norm_num_groups", 32);
        if (channels.isEmpty() || channels.stream().anyMatch(c -> c < 1 || c % groups != 0)) {
            throw json.invalid(
                    "block_out_channels", "must be multiples of norm_num_groups " + groups + ", not " + channels);
        }
        int imageChannels = json.positive("in_channels", 3);
        json.expect("out_channels", imageChannels);
        int latentChannels = json.positive("latent_channels", 4);
        EnumSet<Option> options = EnumSet.noneOf(Option.class);
        for (Option option : Option.values()) {
            if (json.flag(option.key, true)) {
                options.add(option);
            }
        }
        AutoencoderKlConfig config = new AutoencoderKlConfig(
                imageChannels,
                latentChannels,
                channels,
                json.positive("layers_per_block", 1),
                groups,
                LatentScaling.from(json, latentChannels, 0.18215),
                options);
        json.warnOfUnread();
        return config;
    }

    private static void expectAll(JsonObject json, String key, String kind, int count) {
        List<String> kinds = json.strings(key, Collections.nCopies(count, kind));
        if (kinds.size() != count || kinds.stream().anyMatch(k -> !k.equals(kind))) {
            throw json.invalid(key, "is " + kinds + "; only " + count + " times " + kind + " is supported");
        }
    }

    @Override
    public int scaleFactor() {
        return 1 << (channels.size() - 1);
    }

    /** Returns the channels at full size, where the decoder begins with those of the next lower resolution. */
    @Override
    public int fullSizeChannels() {
        return channels.get(Math.min(1, channels.size() - 1));
    }

    boolean has(Option option) {
        return options.contains(option);
    }
}

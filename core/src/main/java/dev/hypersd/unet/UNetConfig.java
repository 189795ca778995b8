package dev.hypersd.unet;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The sizes and options of a U-Net, as its {@code config.json} gives them.
 *
 * @param inChannels 4, or 9 for inpainting
 * @param outChannels 4
 * @param sampleSize height and width of the latents it was trained on; the size of a picture nobody gave a size for
 * @param levels from the finest feature maps to the coarsest
 * @param middle the transformer of the block between encoder and decoder
 * @param textChannels width of the text encoder's hidden states
 * @param projection how the layers around transformer blocks are stored
 * @param normGroups groups of every GroupNorm
 * @param normEps of the GroupNorms in residual blocks and before the output
 * @param time how timesteps are embedded
 * @param guidanceDimension width of the {@link GuidanceEmbedding}, if the network takes one
 * @param added SDXL's conditions, if the network takes them
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        int sampleSize,
        List<Level> levels,
        Transformer middle,
        int textChannels,
        Projection projection,
        int normGroups,
        double normEps,
        Time time,
        OptionalInt guidanceDimension,
        Optional<Added> added) {
    /**
     * What works at one size of feature maps, in encoder and decoder.
     *
     * @param layers in the encoder; the decoder has one more
     * @param transformer of every layer, if the level has attention
     */
    public record Level(int channels, int layers, Optional<Transformer> transformer) {}

    /** Transformer blocks, one after another, each with so many attention heads. */
    public record Transformer(int blocks, int heads) {}

    /** Forms of the layers into and out of transformer blocks. */
    public enum Projection {
        /** SD 1.x. */
        CONVOLUTION,
        /** SD 2.x and SDXL. */
        LINEAR
    }

    /**
     * Timesteps as vectors.
     *
     * @param order of the waves
     * @param shift of their frequencies
     * @param dimension of the embedding that residual blocks are told
     */
    public record Time(Order order, double shift, int dimension) {}

    /** Which half of a vector of waves comes first. */
    public enum Order {
        SINE_FIRST,
        COSINE_FIRST
    }

    /**
     * SDXL's conditions: the pooled text and, each embedded in {@code idDimension} waves, some numbers about the picture; together
     * {@code dimension} wide.
     */
    public record Added(int idDimension, int dimension) {}

    public UNetConfig {
        levels = List.copyOf(levels);
    }

    /** Width of the embedding of time and added conditions. */
    int embeddingDimension() {
        return time.dimension();
    }

    /** Channels before the first and after the last level. */
    int stemChannels() {
        return levels.getFirst().channels();
    }

    /** The level below all others, where the middle block works. */
    Level coarsest() {
        return levels.getLast();
    }

    /**
     * Reads the configuration of a {@code UNet2DConditionModel}.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this network does not
     *     compute
     */
    public static UNetConfig from(JsonObject json) {
        refuseUnsupported(json);
        List<Integer> channels = json.integers("block_out_channels", List.of(320, 640, 1280, 1280));
        if (channels.isEmpty()) {
            throw json.invalid("block_out_channels", "is empty");
        }
        int groups = json.positive("norm_num_groups", 32);
        for (int c : channels) {
            if (c <= 0 || c % groups != 0) {
                throw json.invalid(
                        "block_out_channels",
                        "holds " + c + ", no multiple of the " + groups + " groups of a GroupNorm");
            }
        }
        List<Integer> blocks = perLevel(json, "transformer_layers_per_block", 1, channels.size());
        List<Integer> heads = perLevel(json, "attention_head_dim", 8, channels.size());
        List<Integer> layers = perLevel(json, "layers_per_block", 2, channels.size());
        List<Transformer> transformers = IntStream.range(0, channels.size())
                .mapToObj(i -> new Transformer(blocks.get(i), heads.get(i)))
                .toList();
        List<Boolean> attentive = attentive(json, channels.size());
        UNetConfig config = new UNetConfig(
                json.positive("in_channels", 4),
                json.positive("out_channels", 4),
                json.positive("sample_size", 64),
                IntStream.range(0, channels.size())
                        .mapToObj(i -> new Level(
                                channels.get(i),
                                layers.get(i),
                                Optional.of(transformers.get(i)).filter(t -> attentive.get(i))))
                        .toList(),
                transformers.getLast(),
                json.positive("cross_attention_dim", 1280),
                json.flag("use_linear_projection", false) ? Projection.LINEAR : Projection.CONVOLUTION,
                groups,
                json.number("norm_eps", 1e-5),
                new Time(
                        json.flag("flip_sin_to_cos", true) ? Order.COSINE_FIRST : Order.SINE_FIRST,
                        json.number("freq_shift", 0),
                        json.positive("time_embedding_dim", 4 * channels.getFirst())),
                guidanceDimension(json),
                added(json));
        checkHeads(json, config);
        json.warnOfUnread();
        return config;
    }

    private static void refuseUnsupported(JsonObject json) {
        json.expect("act_fn", "silu");
        json.expect("mid_block_type", "UNetMidBlock2DCrossAttn");
        json.expect("resnet_time_scale_shift", "default");
        json.expect("time_embedding_type", "positional");
        json.expect("attention_type", "default");
        json.expect("center_input_sample", false);
        json.expect("only_cross_attention", false);
        json.expect("mid_block_only_cross_attention", false);
        json.expect("dual_cross_attention", false);
        json.expect("class_embeddings_concat", false);
        json.expect("resnet_skip_time_act", false);
        json.expect("downsample_padding", 1);
        json.expect("mid_block_scale_factor", 1);
        json.expect("resnet_out_scale_factor", 1);
        json.expect("conv_in_kernel", 3);
        json.expect("conv_out_kernel", 3);
        json.expect("dropout", 0);
        json.expectNone("num_attention_heads");
        json.expectNone("class_embed_type");
        json.expectNone("num_class_embeds");
        json.expectNone("cross_attention_norm");
        json.expectNone("encoder_hid_dim");
        json.expectNone("encoder_hid_dim_type");
        json.expectNone("reverse_transformer_layers_per_block");
        json.expectNone("time_embedding_act_fn");
        json.expectNone("timestep_post_act");
        // Without a bearing on the result: attention here never computes its scores in less than F32, and the other one
        // belongs to an addition_embed_type that is refused.
        json.has("upcast_attention");
        json.has("addition_embed_type_num_heads");
    }

    /** Which levels have attention; the decoder must mirror the encoder. */
    private static List<Boolean> attentive(JsonObject json, int levels) {
        List<Boolean> down = kinds(
                json,
                "down_block_types",
                List.of("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
                levels);
        List<Boolean> up = kinds(
                json,
                "up_block_types",
                List.of("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
                levels);
        if (!up.reversed().equals(down)) {
            throw json.invalid("up_block_types", "is not down_block_types in reverse order");
        }
        return down;
    }

    private static List<Boolean> kinds(JsonObject json, String key, List<String> absent, int levels) {
        List<String> names = sized(json, key, json.strings(key, absent), levels);
        return names.stream()
                .map(name -> switch (name) {
                    case "CrossAttnDownBlock2D", "CrossAttnUpBlock2D" -> true;
                    case "DownBlock2D", "UpBlock2D" -> false;
                    default -> throw json.invalid(key, "holds " + name + "; only blocks with cross-attention or none");
                })
                .toList();
    }

    private static void checkHeads(JsonObject json, UNetConfig config) {
        for (Level level : config.levels) {
            level.transformer().ifPresent(t -> checkHeads(json, level.channels(), t.heads()));
        }
        checkHeads(json, config.coarsest().channels(), config.middle.heads());
    }

    private static void checkHeads(JsonObject json, int channels, int heads) {
        if (channels % heads != 0) {
            throw json.invalid("attention_head_dim", "asks for " + heads + " heads on " + channels + " channels");
        }
    }

    private static OptionalInt guidanceDimension(JsonObject json) {
        if (!json.has("time_cond_proj_dim")) {
            return OptionalInt.empty();
        }
        int dimension = json.positive("time_cond_proj_dim", 0);
        if (dimension % 2 != 0 || dimension < 4) {
            throw json.invalid("time_cond_proj_dim", "is " + dimension + ", not an even number from 4");
        }
        return OptionalInt.of(dimension);
    }

    private static Optional<Added> added(JsonObject json) {
        if (!json.has("addition_embed_type")) {
            json.expectNone("addition_time_embed_dim");
            json.expectNone("projection_class_embeddings_input_dim");
            return Optional.empty();
        }
        json.expect("addition_embed_type", "text_time");
        return Optional.of(new Added(
                json.positive("addition_time_embed_dim", 256),
                json.positive("projection_class_embeddings_input_dim", 2816)));
    }

    private static List<Integer> perLevel(JsonObject json, String key, int absent, int levels) {
        List<Integer> values = json.isList(key)
                ? sized(json, key, json.integers(key, List.of()), levels)
                : Collections.nCopies(levels, json.integer(key, absent));
        for (int value : values) {
            if (value <= 0) {
                throw json.invalid(key, "holds " + value + ", not a positive number");
            }
        }
        return values;
    }

    private static <T> List<T> sized(JsonObject json, String key, List<T> values, int levels) {
        if (values.size() != levels) {
            throw json.invalid(key, "has " + values.size() + " entries for the " + levels + " of block_out_channels");
        }
        return values;
    }
}

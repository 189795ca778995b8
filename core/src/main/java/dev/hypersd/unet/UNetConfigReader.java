package dev.hypersd.unet;

import dev.hypersd.json.JsonObject;
import dev.hypersd.unet.UNetConfig.Added;
import dev.hypersd.unet.UNetConfig.Level;
import dev.hypersd.unet.UNetConfig.Order;
import dev.hypersd.unet.UNetConfig.Projection;
import dev.hypersd.unet.UNetConfig.Time;
import dev.hypersd.unet.UNetConfig.Transformer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a {@link UNetConfig} from the keys of a {@code config.json}, with diffusers' defaults for absent keys. */
final class UNetConfigReader {
    private final JsonObject json;
    private final List<Integer> channels;
    private final int groups;

    UNetConfigReader(JsonObject json) {
        this.json = json;
        this.channels = json.integers("block_out_channels", List.of(320, 640, 1280, 1280));
        this.groups = json.positive("norm_num_groups", 32);
    }

    UNetConfig read() {
        refuseWhatIsNotComputed();
        checkChannels();
        List<Transformer> transformers = transformers();
        UNetConfig config = new UNetConfig(
                json.positive("in_channels", 4),
                json.positive("out_channels", 4),
                json.positive("sample_size", 64),
                levels(transformers),
                transformers.getLast(),
                json.positive("cross_attention_dim", 1280),
                json.flag("use_linear_projection", false) ? Projection.LINEAR : Projection.CONVOLUTION,
                groups,
                json.number("norm_eps", 1e-5),
                time(),
                guidanceDimension(),
                added());
        for (Level level : config.levels()) {
            level.transformer().ifPresent(t -> checkHeads(level.channels(), t.heads()));
        }
        checkHeads(channels.getLast(), config.middle().heads());
        json.warnOfUnread();
        return config;
    }

    private void refuseWhatIsNotComputed() {
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
        json.ignore("upcast_attention", "addition_embed_type_num_heads");
    }

    private void checkChannels() {
        if (channels.isEmpty()) {
            throw json.invalid("block_out_channels", "is empty");
        }
        even("block_out_channels", channels.getFirst(), 2);
        for (int c : channels) {
            if (c < 1 || c % groups != 0) {
                throw json.invalid(
                        "block_out_channels",
                        "holds " + c + ", no multiple of the " + groups + " groups of a GroupNorm");
            }
        }
    }

    private List<Transformer> transformers() {
        List<Integer> blocks = perLevel("transformer_layers_per_block", 1);
        List<Integer> heads = perLevel("attention_head_dim", 8);
        List<Transformer> transformers = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            transformers.add(new Transformer(blocks.get(i), heads.get(i)));
        }
        return transformers;
    }

    private List<Level> levels(List<Transformer> transformers) {
        List<Integer> layers = perLevel("layers_per_block", 2);
        List<Boolean> attention = attention();
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            Optional<Transformer> transformer = attention.get(i) ? Optional.of(transformers.get(i)) : Optional.empty();
            levels.add(new Level(channels.get(i), layers.get(i), transformer));
        }
        return levels;
    }

    /** Returns which levels have attention, by default all but the coarsest; the decoder must mirror the encoder. */
    private List<Boolean> attention() {
        List<Boolean> usual = new ArrayList<>(Collections.nCopies(channels.size(), true));
        usual.set(channels.size() - 1, false);
        List<Boolean> down = attention("down_block_types", "CrossAttnDownBlock2D", "DownBlock2D", usual);
        List<Boolean> up = attention("up_block_types", "CrossAttnUpBlock2D", "UpBlock2D", down.reversed());
        if (!up.equals(down.reversed())) {
            throw json.invalid("up_block_types", "is not down_block_types in reverse order");
        }
        return down;
    }

    private List<Boolean> attention(String key, String with, String without, List<Boolean> absent) {
        if (!json.has(key)) {
            return absent;
        }
        List<Boolean> attention = new ArrayList<>();
        for (String kind : sized(key, json.strings(key, List.of()))) {
            if (!kind.equals(with) && !kind.equals(without)) {
                throw json.invalid(key, "holds " + kind + "; only " + with + " and " + without + " are supported");
            }
            attention.add(kind.equals(with));
        }
        return attention;
    }

    private void checkHeads(int channels, int heads) {
        if (channels % heads != 0) {
            throw json.invalid("attention_head_dim", "asks for " + heads + " heads on " + channels + " channels");
        }
    }

    private Time time() {
        return new Time(
                json.flag("flip_sin_to_cos", true) ? Order.COSINE_FIRST : Order.SINE_FIRST,
                json.number("freq_shift", 0),
                json.positive("time_embedding_dim", 4 * channels.getFirst()));
    }

    private OptionalInt guidanceDimension() {
        return json.has("time_cond_proj_dim")
                ? OptionalInt.of(even("time_cond_proj_dim", json.positive("time_cond_proj_dim", 0), 4))
                : OptionalInt.empty();
    }

    private Optional<Added> added() {
        if (!json.has("addition_embed_type")) {
            json.expectNone("addition_time_embed_dim");
            json.expectNone("projection_class_embeddings_input_dim");
            return Optional.empty();
        }
        json.expect("addition_embed_type", "text_time");
        return Optional.of(new Added(
                even("addition_time_embed_dim", json.positive("addition_time_embed_dim", 256), 2),
                json.positive("projection_class_embeddings_input_dim", 2816)));
    }

    /** Refuses odd dimensions, since sines and cosines come in pairs. */
    private int even(String key, int dimension, int least) {
        if (dimension % 2 != 0 || dimension < least) {
            throw json.invalid(
                    key,
                    "gives an embedding of width " + dimension + ", which must be an even number of at least " + least);
        }
        return dimension;
    }

    /** Reads one number for all levels, or a list with one for each. */
    private List<Integer> perLevel(String key, int absent) {
        List<Integer> values = json.isList(key)
                ? sized(key, json.integers(key, List.of()))
                : Collections.nCopies(channels.size(), json.integer(key, absent));
        for (int value : values) {
            if (value < 1) {
                throw json.invalid(key, "holds " + value + ", not a positive number");
            }
        }
        return values;
    }

    private <T> List<T> sized(String key, List<T> values) {
        if (values.size() != channels.size()) {
            throw json.invalid(
                    key, "has " + values.size() + " entries for the " + channels.size() + " of block_out_channels");
        }
        return values;
    }
}

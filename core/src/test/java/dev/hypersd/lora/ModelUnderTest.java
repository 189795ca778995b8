package dev.hypersd.lora;

import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The networks of a model that LoRAs may change. */
record ModelUnderTest(
        Optional<UNet2DConditionModel> unet,
        Map<Component, ClipTextModel> textEncoders,
        Map<Component, Map<String, Parameter>> parameters) {
    /** The sizes of Stable Diffusion 1.5; its text encoder has the sizes of SDXL's first. */
    static final String SD15_UNET = """
            {"attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280], "cross_attention_dim": 768,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", \
            "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}
            """;

    static final String SDXL_UNET = """
            {"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
             "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
             "projection_class_embeddings_input_dim": 2816, "transformer_layers_per_block": [1, 2, 10],
             "use_linear_projection": true}
            """;

    static final String TINY_UNET = """
            {"attention_head_dim": 2, "block_out_channels": [8, 16], "cross_attention_dim": 12, "norm_num_groups": 4,
             "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"]}
            """;

    static final String TINY_TEXT_ENCODER = """
            {"architectures": ["CLIPTextModel"], "hidden_size": 12, "intermediate_size": 24, "num_attention_heads": 2,
             "num_hidden_layers": 2, "vocab_size": 600, "hidden_act": "quick_gelu"}
            """;

    /** Networks with the weights from their directories. */
    static ModelUnderTest open(Map<Component, Path> directories, TensorArena arena) {
        return build(configs(directories), component -> {
            Path directory = directories.getOrDefault(component, Path.of(""));
            return new StoredParameters(
                    component == Component.UNET
                            ? arena.own(ReferenceModels.weights(directory))
                            : ClipTextModel.named(arena.own(ReferenceModels.weights(directory))),
                    Dtype.F32,
                    arena);
        });
    }

    /** The networks of these directories without weights. */
    static ModelUnderTest shapes(Map<Component, Path> directories) {
        return build(configs(directories), component -> ParameterSource.SHAPES_ONLY);
    }

    /** Networks from configurations as text: a U-Net and any number of text encoders. */
    static ModelUnderTest of(ParameterSource source, String unet, String... textEncoders) {
        Map<Component, JsonObject> configs = new EnumMap<>(Component.class);
        List<String> texts =
                Stream.concat(Stream.of(unet), Stream.of(textEncoders)).toList();
        for (int i = 0; i < texts.size(); i++) {
            configs.put(
                    Component.values()[i],
                    Json.parse(Path.of("config.json"), texts.get(i).getBytes(StandardCharsets.UTF_8)));
        }
        return build(configs, component -> source);
    }

    private static Map<Component, JsonObject> configs(Map<Component, Path> directories) {
        Map<Component, JsonObject> configs = new EnumMap<>(Component.class);
        directories.forEach((component, directory) -> configs.put(component, ReferenceModels.config(directory)));
        return configs;
    }

    private static ModelUnderTest build(
            Map<Component, JsonObject> configs, Function<Component, ParameterSource> source) {
        Map<Component, Map<String, Parameter>> parameters = new EnumMap<>(Component.class);
        Map<Component, ClipTextModel> textEncoders = new EnumMap<>(Component.class);
        Optional<UNet2DConditionModel> unet = Optional.empty();
        for (Map.Entry<Component, JsonObject> network : configs.entrySet()) {
            Parameters p = new Parameters(source.apply(network.getKey()));
            if (network.getKey() == Component.UNET) {
                unet = Optional.of(new UNet2DConditionModel(UNetConfig.from(network.getValue()), p));
            } else {
                textEncoders.put(network.getKey(), new ClipTextModel(ClipTextConfig.from(network.getValue()), p));
            }
            parameters.put(network.getKey(), p.taken());
        }
        return new ModelUnderTest(unet, textEncoders, parameters);
    }

    LoraTargets targets(String name) {
        return new LoraTargets(name, parameters);
    }

    /** The weights of all networks that a LoRA may change: matrices and filters, but not embeddings. */
    List<Parameter> weights() {
        return parameters.values().stream()
                .flatMap(network -> network.values().stream())
                .filter(p -> p.name().endsWith(".weight") && p.shape().length >= 2)
                .filter(p -> !p.name().contains("embedding."))
                .toList();
    }
}

package dev.hypersd.model;

import dev.hypersd.clip.ClipConfig;
import dev.hypersd.clip.ClipModel;
import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Parameters;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.AutoencoderKl;
import dev.hypersd.vae.AutoencoderKlConfig;
import dev.hypersd.vae.AutoencoderTiny;
import dev.hypersd.vae.AutoencoderTinyConfig;
import dev.hypersd.weights.WeightSource;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A class of networks, and how to build a network of it from files.
 *
 * @param <C> its configuration
 * @param <N> the network
 * @param className the name of the class in {@code config.json}; empty where configurations name none
 * @param names renames its tensors from older spellings
 * @param reader reads the configuration
 * @param maker builds the network from its configuration and its parameters
 */
public record NetworkType<C, N>(
        String className,
        UnaryOperator<WeightSource> names,
        Function<JsonObject, C> reader,
        BiFunction<C, Parameters, N> maker) {
    public static final NetworkType<UNetConfig, UNet2DConditionModel> UNET = new NetworkType<>(
            "UNet2DConditionModel", UnaryOperator.identity(), UNetConfig::from, UNet2DConditionModel::new);

    public static final NetworkType<ControlNetConfig, ControlNet> CONTROLNET =
            new NetworkType<>("ControlNetModel", UnaryOperator.identity(), ControlNetConfig::from, ControlNet::new);

    public static final NetworkType<AutoencoderKlConfig, AutoencoderKl> AUTOENCODER_KL =
            new NetworkType<>("AutoencoderKL", AutoencoderKl::named, AutoencoderKlConfig::from, AutoencoderKl::new);

    public static final NetworkType<AutoencoderTinyConfig, AutoencoderTiny> AUTOENCODER_TINY = new NetworkType<>(
            "AutoencoderTiny", UnaryOperator.identity(), AutoencoderTinyConfig::from, AutoencoderTiny::new);

    public static final NetworkType<ClipTextConfig, ClipTextModel> CLIP_TEXT = clipText("CLIPTextModel");

    /** The second text encoder of SDXL. */
    public static final NetworkType<ClipTextConfig, ClipTextModel> CLIP_TEXT_WITH_PROJECTION =
            clipText("CLIPTextModelWithProjection");

    /** CLIP with both towers. */
    public static final NetworkType<ClipConfig, ClipModel> CLIP =
            new NetworkType<>("CLIPModel", ClipModel::named, ClipConfig::from, ClipModel::new);

    private static final List<NetworkType<?, ?>> ALL =
            List.of(UNET, CONTROLNET, AUTOENCODER_KL, AUTOENCODER_TINY, CLIP_TEXT, CLIP_TEXT_WITH_PROJECTION, CLIP);

    /**
     * Returns the type of network that {@code config} describes.
     *
     * @throws dev.hypersd.error.InvalidFileException if its class is not a network of this library
     */
    public static NetworkType<?, ?> of(JsonObject config) {
        String className = ModelPart.className(config);
        return ALL.stream()
                .filter(type -> type.className().equals(className))
                .findFirst()
                .orElseThrow(() -> config.invalid("_class_name", "is \"" + className + "\", no network known here"));
    }

    /** Builds the network that {@code config} describes. */
    public N make(JsonObject config, Parameters parameters) {
        return maker.apply(reader.apply(config), parameters);
    }

    private static NetworkType<ClipTextConfig, ClipTextModel> clipText(String className) {
        return new NetworkType<>(className, ClipTextModel::named, ClipTextConfig::from, ClipTextModel::new);
    }
}

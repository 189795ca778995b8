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
import java.util.function.UnaryOperator;

/**
 * How a kind of network is made of its files.
 *
 * @param className what its configuration has to call it
 * @param names translates the names of its tensors from older spellings
 * @param maker builds it from its configuration and its parameters
 */
public record NetworkType<N>(
        String className, UnaryOperator<WeightSource> names, BiFunction<JsonObject, Parameters, N> maker) {
    public static final NetworkType<UNet2DConditionModel> UNET = new NetworkType<>(
            "UNet2DConditionModel",
            UnaryOperator.identity(),
            (config, p) -> new UNet2DConditionModel(UNetConfig.from(config), p));

    public static final NetworkType<ControlNet> CONTROLNET = new NetworkType<>(
            "ControlNetModel",
            UnaryOperator.identity(),
            (config, p) -> new ControlNet(ControlNetConfig.from(config), p));

    public static final NetworkType<AutoencoderKl> AUTOENCODER_KL = new NetworkType<>(
            "AutoencoderKL",
            AutoencoderKl::named,
            (config, p) -> new AutoencoderKl(AutoencoderKlConfig.from(config), p));

    public static final NetworkType<AutoencoderTiny> AUTOENCODER_TINY = new NetworkType<>(
            "AutoencoderTiny",
            UnaryOperator.identity(),
            (config, p) -> new AutoencoderTiny(AutoencoderTinyConfig.from(config), p));

    public static final NetworkType<ClipTextModel> CLIP_TEXT = clip("CLIPTextModel");

    /** The second text encoder of SDXL. */
    public static final NetworkType<ClipTextModel> CLIP_TEXT_WITH_PROJECTION = clip("CLIPTextModelWithProjection");

    /** Both towers of CLIP. */
    public static final NetworkType<ClipModel> CLIP =
            new NetworkType<>("CLIPModel", ClipModel::named, (config, p) -> new ClipModel(ClipConfig.from(config), p));

    private static final List<NetworkType<?>> ALL =
            List.of(UNET, CONTROLNET, AUTOENCODER_KL, AUTOENCODER_TINY, CLIP_TEXT, CLIP_TEXT_WITH_PROJECTION, CLIP);

    /**
     * The type of network that {@code config} describes.
     *
     * @throws dev.hypersd.error.InvalidFileException if no network here is of that class
     */
    public static NetworkType<?> of(JsonObject config) {
        String className = ModelPart.className(config);
        return ALL.stream()
                .filter(type -> type.className().equals(className))
                .findFirst()
                .orElseThrow(() -> config.invalid("_class_name", "is \"" + className + "\", no network known here"));
    }

    private static NetworkType<ClipTextModel> clip(String className) {
        return new NetworkType<>(
                className, ClipTextModel::named, (config, p) -> new ClipTextModel(ClipTextConfig.from(config), p));
    }
}

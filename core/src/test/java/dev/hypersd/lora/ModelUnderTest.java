package dev.hypersd.lora;

import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ShapesOnly;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The networks of a model that LoRAs may change. */
record ModelUnderTest(
        UNet2DConditionModel unet,
        Map<Component, ClipTextModel> textEncoders,
        Map<Component, Map<String, Parameter>> parameters) {
    /** Networks with the weights from their directories. */
    static ModelUnderTest open(Map<Component, Path> directories, TensorArena arena) {
        return build(
                directories,
                (component, directory) -> new StoredParameters(
                        component == Component.UNET
                                ? arena.own(ReferenceModels.weights(directory))
                                : ClipTextModel.named(arena.own(ReferenceModels.weights(directory))),
                        Dtype.F32,
                        arena));
    }

    /** The same networks without weights. */
    static ModelUnderTest shapes(Map<Component, Path> directories) {
        return build(directories, (component, directory) -> new ShapesOnly());
    }

    private static ModelUnderTest build(
            Map<Component, Path> directories, BiFunction<Component, Path, ParameterSource> source) {
        Map<Component, Map<String, Parameter>> parameters = new EnumMap<>(Component.class);
        Map<Component, ClipTextModel> textEncoders = new EnumMap<>(Component.class);
        Optional<UNet2DConditionModel> unet = Optional.empty();
        for (Map.Entry<Component, Path> part : directories.entrySet()) {
            Parameters p = new Parameters(source.apply(part.getKey(), part.getValue()));
            JsonObject config = ReferenceModels.config(part.getValue());
            if (part.getKey() == Component.UNET) {
                unet = Optional.of(new UNet2DConditionModel(UNetConfig.from(config), p));
            } else {
                textEncoders.put(part.getKey(), new ClipTextModel(ClipTextConfig.from(config), p));
            }
            parameters.put(part.getKey(), p.taken());
        }
        return new ModelUnderTest(unet.orElseThrow(), textEncoders, parameters);
    }

    LoraTargets targets(String name) {
        return new LoraTargets(name, parameters);
    }
}

package dev.hypersd.model;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.json.JsonObject;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the networks of a model consist of, by name and shape, told from its configurations: enough to say whether a LoRA fits before anything is
 * loaded. Immutable and safe to share until closed.
 */
public final class ModelShapes implements AutoCloseable {
    private final TensorArena arena = new TensorArena();
    private final Map<Component, Map<String, Parameter>> networks = new EnumMap<>(Component.class);
    private final LoraTargets targets;

    private ModelShapes(ModelFamily family, Function<String, JsonObject> config) {
        Stream.concat(Stream.of(Component.UNET), family.textEncoders().stream().map(Component::in))
                .forEach(component -> networks.put(component, shapes(config.apply(component.folder()))));
        this.targets = new LoraTargets(family.title(), networks);
    }

    private Map<String, Parameter> shapes(JsonObject config) {
        Parameters parameters = new Parameters((name, init, shape) -> arena.own(Tensors.meta(Dtype.F32, shape)));
        var _ = NetworkType.of(config).maker().apply(config, parameters);
        return parameters.taken();
    }

    /** Of the model in {@code directory}. */
    public static ModelShapes of(Path directory) {
        return of(ModelFiles.open(directory));
    }

    /** Of what {@link DiffusionModel#load} would load. */
    public static ModelShapes of(Path directory, LoadOptions options) {
        return of(options.files(directory));
    }

    private static ModelShapes of(ModelFiles files) {
        return Engine.infer(
                () -> new ModelShapes(files.family(), part -> files.part(part).config()));
    }

    /** Of the models published for {@code family}. */
    public static ModelShapes of(ModelFamily family) {
        ModelTemplate template = ModelTemplate.of(family);
        return Engine.infer(() -> new ModelShapes(family, part -> template.config(part + "/config.json")));
    }

    /** What LoRAs can change. */
    public LoraTargets loraTargets() {
        return targets;
    }

    /** The parameters of each network that LoRAs can change, without values. */
    Map<Component, Map<String, Parameter>> networks() {
        return Collections.unmodifiableMap(networks);
    }

    @Override
    public void close() {
        arena.close();
    }
}

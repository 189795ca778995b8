package dev.hypersd.model;

import dev.hypersd.json.JsonObject;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The names and shapes of the parameters of a model, derived from its configurations. They suffice to check whether a
 * LoRA fits before anything is loaded. Immutable and safe to share until closed.
 */
public final class ModelShapes implements AutoCloseable {
    private final TensorArena arena = new TensorArena();
    private final Map<Component, Map<String, Parameter>> networks = new EnumMap<>(Component.class);
    private final LoraTargets targets;

    private ModelShapes(ModelFamily family, Map<Component, Function<Parameters, ?>> makers) {
        makers.forEach((component, maker) -> {
            Parameters parameters = new Parameters((name, init, shape) -> arena.own(Tensors.meta(Dtype.F32, shape)));
            var _ = maker.apply(parameters);
            networks.put(component, parameters.taken());
        });
        this.targets = new LoraTargets(family.title(), networks);
    }

    /** Returns the shapes of the model that {@code opened} would load. */
    public static ModelShapes of(OpenedModel opened) {
        return of(opened.denoiser());
    }

    static ModelShapes of(OpenedDenoiser opened) {
        Map<Component, Function<Parameters, ?>> makers = new EnumMap<>(Component.class);
        opened.networks().forEach((component, network) -> makers.put(component, network::make));
        return Engine.infer(() -> new ModelShapes(opened.family(), makers));
    }

    /** Returns the shapes of the published models of {@code family}. */
    public static ModelShapes of(ModelFamily family) {
        ModelTemplate template = ModelTemplate.of(family);
        Map<Component, Function<Parameters, ?>> makers = new EnumMap<>(Component.class);
        Stream.concat(Stream.of(Component.UNET), family.textEncoders().stream().map(Component::in))
                .forEach(component -> {
                    JsonObject config = template.config(component.folder() + "/config.json");
                    makers.put(component, p -> NetworkType.of(config).make(config, p));
                });
        return Engine.infer(() -> new ModelShapes(family, makers));
    }

    /** Returns the weights that LoRAs can change. */
    public LoraTargets loraTargets() {
        return targets;
    }

    /** Returns the parameters of each network that LoRAs can change, without values. */
    Map<Component, Map<String, Parameter>> networks() {
        return Collections.unmodifiableMap(networks);
    }

    @Override
    public void close() {
        arena.close();
    }
}

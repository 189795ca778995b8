package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a model's networks that LoRAs can change, by the names of their modules.
 *
 * <p>Shapes are sufficient: with parameters from {@link dev.hypersd.nn.ParameterSource#SHAPES_ONLY} an adapter is
 * checked before a model is loaded. Immutable and safe to share.
 */
public final class LoraTargets {
    private final String model;
    private final ModuleNames names;

    /**
     * Creates the targets.
     *
     * @param model the name of the model in messages, for example {@code SD 1.5}
     * @param networks the parameters of each network by name, from {@link dev.hypersd.nn.Parameters#taken()}
     */
    public LoraTargets(String model, Map<Component, Map<String, Parameter>> networks) {
        this.model = model;
        this.names = new ModuleNames(networks);
    }

    String model() {
        return model;
    }

    ModuleNames names() {
        return names;
    }

    /** Returns the weight of the module {@code name} of a LoRA file, if the model has it. */
    public Optional<Parameter> find(String name) {
        return names.find(name);
    }

    /** Returns the parameter that {@code module} of a LoRA file changes, if the model has it. */
    Optional<Parameter> find(LoraModule module) {
        return switch (module.part()) {
            case WEIGHT -> names.find(module.name());
            case BIAS -> names.bias(module.name());
        };
    }
}

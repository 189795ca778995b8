package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import java.util.Map;
import java.util.Optional;

/**
 * The networks of a model, as LoRAs see them: which modules there are and what shape their weights have.
 *
 * <p>Shapes are enough: built over parameters from {@link dev.hypersd.nn.ParameterSource#SHAPES_ONLY} it tells whether
 * an adapter fits before a model is loaded. Immutable and safe to share.
 */
public final class LoraTargets {
    private final String model;
    private final ModuleNames names;

    /**
     * @param model what messages should call the model, for example {@code SD 1.5}
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

    /** Returns the weight of the module that a LoRA file calls {@code name}, if the model has it. */
    public Optional<Parameter> find(String name) {
        return names.find(name);
    }

    /** Returns the parameter that {@code module} of a file is about, if the model has it. */
    Optional<Parameter> find(LoraModule module) {
        return switch (module.part()) {
            case WEIGHT -> names.find(module.name());
            case BIAS -> names.bias(module.name());
        };
    }
}

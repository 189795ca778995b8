package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the modules of a model are called in LoRA files.
 *
 * <p>Names are not parsed but generated: each module of the model has its names in all spellings, and the names of a file are looked
 * up among them. That settles what underscores stand for in kohya's names ({@code to_out_0}), which no rule could.
 */
final class ModuleNames {
    private static final String WEIGHT = ".weight";
    private static final String TEXT_MODEL = "text_model.";

    private static final Pattern UNET_ATTENTION = Pattern.compile("(.*\\.attn[12]\\.)(to_[qkv]|to_out)(\\.0)?");
    private static final Pattern TEXT_ATTENTION = Pattern.compile("(.*\\.self_attn\\.)([qkv]|out)_proj");

    private final Map<Component, Map<String, Parameter>> modules = new LinkedHashMap<>();
    private final LatentDiffusionNames latentDiffusion;
    private final Map<String, Parameter> byName = new HashMap<>();

    /** @param networks the parameters of each network by name; those that are no matrix or filter are left aside */
    ModuleNames(Map<Component, Map<String, Parameter>> networks) {
        networks.forEach((component, parameters) -> modules.put(component, modules(parameters)));
        this.latentDiffusion = new LatentDiffusionNames(
                modules.getOrDefault(Component.UNET, Map.of()).keySet());
        modules.forEach((component, weights) -> weights.forEach((module, weight) -> {
            for (Spelling spelling : Spelling.values()) {
                stems(spelling, component, module).forEach(stem -> byName.put(flat(stem), weight));
            }
        }));
    }

    private static Map<String, Parameter> modules(Map<String, Parameter> parameters) {
        Map<String, Parameter> modules = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            if (name.endsWith(WEIGHT) && parameter.shape().length >= 2) {
                modules.put(name.substring(0, name.length() - WEIGHT.length()), parameter);
            }
        });
        return modules;
    }

    /** The weight of the module that a file calls {@code stem}, if the model has it. */
    Optional<Parameter> find(String stem) {
        return Optional.ofNullable(byName.get(flat(stem)));
    }

    /** The modules of a network and their weights, by the names that they have there. */
    Map<String, Parameter> modules(Component component) {
        return modules.getOrDefault(component, Map.of());
    }

    /** What a file in {@code spelling} calls {@code module}; empty where that spelling has no name for such a module. */
    Optional<String> stem(Spelling spelling, Component component, String module) {
        return stems(spelling, component, module).stream().findFirst();
    }

    /** All names that files in {@code spelling} are known to use, the usual one first. */
    private List<String> stems(Spelling spelling, Component component, String module) {
        return switch (spelling) {
            case KOHYA -> kohya(component, module);
            case KOHYA_LATENT_DIFFUSION ->
                kohya(component, component == Component.UNET ? latentDiffusion.of(module) : module);
            case PEFT, DIFFUSERS, DIFFUSERS_LINEAR_LAYER -> dotted(component, module);
            case PROCESSOR ->
                processor(component, module).stream()
                        .flatMap(name -> dotted(component, name).stream())
                        .toList();
        };
    }

    private List<String> kohya(Component component, String module) {
        String flat = flat(module);
        return switch (component) {
            case UNET -> List.of("lora_unet_" + flat);
            case TEXT_ENCODER ->
                modules.containsKey(Component.TEXT_ENCODER_2)
                        ? List.of("lora_te1_" + flat, "lora_te_" + flat)
                        : List.of("lora_te_" + flat, "lora_te1_" + flat);
            case TEXT_ENCODER_2 -> List.of("lora_te2_" + flat);
        };
    }

    /** Files of a U-Net alone may lack the prefix; text encoders saved by the newest transformers library lack a part of the name. */
    private static List<String> dotted(Component component, String module) {
        String usual = component.folder() + "." + module;
        if (component == Component.UNET) {
            return List.of(usual, module, "base_model.model." + module);
        }
        return module.startsWith(TEXT_MODEL)
                ? List.of(usual, component.folder() + "." + module.substring(TEXT_MODEL.length()))
                : List.of(usual);
    }

    /** The name of an attention layer in the oldest files. */
    private static Optional<String> processor(Component component, String module) {
        boolean unet = component == Component.UNET;
        Matcher attention = (unet ? UNET_ATTENTION : TEXT_ATTENTION).matcher(module);
        return attention.matches()
                ? Optional.of(attention.group(1) + (unet ? "processor." : "to_") + attention.group(2))
                : Optional.empty();
    }

    private static String flat(String name) {
        return name.replace('.', '_');
    }
}

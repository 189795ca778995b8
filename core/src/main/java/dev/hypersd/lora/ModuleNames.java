package dev.hypersd.lora;

import dev.hypersd.checkpoint.LatentDiffusionUNet;
import dev.hypersd.nn.Parameter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names that LoRA files use for the modules of a model.
 *
 * <p>Names are not parsed but generated: each module of the model has its names in all spellings, and the names of a
 * file are looked up among them. This resolves underscores in kohya's names ({@code to_out_0}), which are ambiguous by
 * themselves.
 */
final class ModuleNames {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final String TEXT_MODEL = "text_model.";

    private static final Pattern UNET_ATTENTION = Pattern.compile("(.*\\.attn[12]\\.)(to_[qkv]|to_out)(\\.0)?");
    private static final Pattern TEXT_ATTENTION = Pattern.compile("(.*\\.self_attn\\.)([qkv]|out)_proj");

    /** A module, by its name in its network. */
    private record NetworkModule(Component component, String name) {}

    private final Map<Parameter, NetworkModule> modules = new LinkedHashMap<>();
    private final Map<Parameter, Parameter> biases = new HashMap<>();
    private final boolean twoTextEncoders;
    private final LatentDiffusionUNet latentDiffusion;
    private final Map<String, Parameter> byName = new HashMap<>();

    /**
     * Generates the names of all modules.
     *
     * @param networks the parameters of each network, by name
     */
    ModuleNames(Map<Component, Map<String, Parameter>> networks) {
        networks.forEach((component, parameters) -> parameters.forEach((name, parameter) -> {
            if (name.endsWith(WEIGHT)) {
                String module = name.substring(0, name.length() - WEIGHT.length());
                modules.put(parameter, new NetworkModule(component, module));
                Optional.ofNullable(parameters.get(module + BIAS)).ifPresent(bias -> biases.put(parameter, bias));
            }
        }));
        this.twoTextEncoders = networks.containsKey(Component.TEXT_ENCODER_2);
        this.latentDiffusion = new LatentDiffusionUNet(modules.values().stream()
                .filter(module -> module.component == Component.UNET)
                .map(NetworkModule::name)
                .collect(Collectors.toUnmodifiableSet()));
        modules.forEach((weight, module) -> {
            for (Spelling spelling : Spelling.values()) {
                stems(spelling, module).forEach(stem -> byName.put(flat(stem), weight));
            }
        });
    }

    /** Returns the weight of the module {@code stem} of a file, if the model has it. */
    Optional<Parameter> find(String stem) {
        return Optional.ofNullable(byName.get(flat(stem)));
    }

    /** Returns the bias of the module {@code stem} of a file, if the model has it. */
    Optional<Parameter> bias(String stem) {
        return find(stem).map(biases::get);
    }

    /**
     * Returns the name of the module of {@code weight} in the spelling {@code spelling}; empty if that spelling has no
     * name for it.
     */
    Optional<String> stem(Spelling spelling, Parameter weight) {
        NetworkModule module = modules.get(weight);
        if (module == null) {
            throw new IllegalArgumentException(weight + " is no weight of a module of this model");
        }
        return stems(spelling, module).stream().findFirst();
    }

    /** Returns all names that files in {@code spelling} are known to use for {@code module}, the usual one first. */
    private List<String> stems(Spelling spelling, NetworkModule module) {
        return switch (spelling) {
            case KOHYA -> kohya(module.component, module.name);
            case KOHYA_LATENT_DIFFUSION ->
                kohya(
                        module.component,
                        module.component == Component.UNET ? latentDiffusion.original(module.name) : module.name);
            case PEFT, DIFFUSERS, DIFFUSERS_LINEAR_LAYER -> dotted(module.component, module.name);
            case PROCESSOR ->
                processor(module).stream()
                        .flatMap(name -> dotted(module.component, name).stream())
                        .toList();
        };
    }

    private List<String> kohya(Component component, String module) {
        List<String> prefixes = switch (component) {
            case UNET -> List.of("lora_unet_");
            case TEXT_ENCODER -> twoTextEncoders ? List.of("lora_te1_", "lora_te_") : List.of("lora_te_", "lora_te1_");
            case TEXT_ENCODER_2 -> List.of("lora_te2_");
        };
        return names(module).stream()
                .flatMap(name -> prefixes.stream().map(prefix -> prefix + flat(name)))
                .toList();
    }

    /** Returns the names of a module; those of text encoders lack a part with the newest transformers library. */
    private static List<String> names(String module) {
        return module.startsWith(TEXT_MODEL) ? List.of(module, module.substring(TEXT_MODEL.length())) : List.of(module);
    }

    /**
     * Returns the dotted names of a module. Files of a U-Net alone may lack the prefix, or have that of ComfyUI, and
     * may use its original names. PEFT puts its own prefix before all.
     */
    private List<String> dotted(Component component, String module) {
        List<String> names =
                component == Component.UNET ? List.of(module, latentDiffusion.original(module)) : names(module);
        List<String> prefixes = switch (component) {
            case UNET -> List.of("unet.", "", "diffusion_model.");
            case TEXT_ENCODER -> List.of("text_encoder.", "text_encoders.clip_l.transformer.");
            case TEXT_ENCODER_2 -> List.of("text_encoder_2.", "text_encoders.clip_g.transformer.");
        };
        return prefixes.stream()
                .flatMap(prefix -> Stream.of(prefix, prefix + "base_model.model."))
                .flatMap(prefix -> names.stream().map(name -> prefix + name))
                .toList();
    }

    /** Returns the name of an attention layer in the oldest files of diffusers. */
    private static Optional<String> processor(NetworkModule module) {
        boolean unet = module.component == Component.UNET;
        Matcher attention = (unet ? UNET_ATTENTION : TEXT_ATTENTION).matcher(module.name);
        return attention.matches()
                ? Optional.of(attention.group(1) + (unet ? "processor." : "to_") + attention.group(2))
                : Optional.empty();
    }

    private static String flat(String name) {
        return name.replace('.', '_');
    }
}

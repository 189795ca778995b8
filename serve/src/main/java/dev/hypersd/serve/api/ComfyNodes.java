package dev.hypersd.serve.api;

import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of ComfyUI's {@code /object_info}: the nodes that are understood, with their inputs and outputs. */
final class ComfyNodes {
    /**
     * The nodes, one in each line: its name, its inputs with their types, and the types of its outputs. A type in small
     * letters is a list of names to choose from: one of {@link #choices}, or that name alone. Front ends read the lists
     * of all loaders at their start, so two loaders of what is not served here are among them, with empty lists.
     */
    private static final String NODES = """
        CheckpointLoaderSimple | ckpt_name models | MODEL CLIP VAE
        UNETLoader | unet_name files, weight_dtype default | MODEL
        VAELoader | vae_name files | VAE
        ModelSamplingDiscrete | model MODEL, sampling STRING, zsnr BOOLEAN | MODEL
        LoraLoader | model MODEL, clip CLIP, lora_name loras, strength_model FLOAT, strength_clip FLOAT | MODEL CLIP
        LoraLoaderModelOnly | model MODEL, lora_name loras, strength_model FLOAT | MODEL
        CLIPSetLastLayer | clip CLIP, stop_at_clip_layer INT | CLIP
        CLIPTextEncode | text STRING, clip CLIP | CONDITIONING
        ConditioningZeroOut | conditioning CONDITIONING | CONDITIONING
        ControlNetLoader | control_net_name controls | CONTROL_NET
        ControlNetApplyAdvanced | positive CONDITIONING, negative CONDITIONING, control_net CONTROL_NET, \
            image IMAGE, strength FLOAT, start_percent FLOAT, end_percent FLOAT | CONDITIONING CONDITIONING
        ControlNetApply | conditioning CONDITIONING, control_net CONTROL_NET, image IMAGE, strength FLOAT | \
            CONDITIONING
        EmptyLatentImage | width INT, height INT, batch_size INT | LATENT
        VAEEncode | pixels IMAGE, vae VAE | LATENT
        VAEEncodeForInpaint | pixels IMAGE, vae VAE, mask MASK, grow_mask_by INT | LATENT
        SetLatentNoiseMask | samples LATENT, mask MASK | LATENT
        RepeatLatentBatch | samples LATENT, amount INT | LATENT
        KSampler | model MODEL, seed INT, SAMPLING, denoise FLOAT | LATENT
        KSamplerAdvanced | model MODEL, add_noise enable, noise_seed INT, SAMPLING, start_at_step INT, \
            end_at_step INT, return_with_leftover_noise disable | LATENT
        VAEEncodeTiled | pixels IMAGE, vae VAE, tile_size INT | LATENT
        INPAINT_VAEEncodeInpaintConditioning | positive CONDITIONING, negative CONDITIONING, vae VAE, pixels IMAGE, \
            mask MASK | CONDITIONING CONDITIONING LATENT LATENT
        SamplerCustomAdvanced | noise NOISE, guider GUIDER, sampler SAMPLER, sigmas SIGMAS, latent_image LATENT | \
            LATENT LATENT
        RandomNoise | noise_seed INT | NOISE
        BasicGuider | model MODEL, conditioning CONDITIONING | GUIDER
        CFGGuider | model MODEL, positive CONDITIONING, negative CONDITIONING, cfg FLOAT | GUIDER
        KSamplerSelect | sampler_name samplers | SAMPLER
        BasicScheduler | model MODEL, scheduler schedulers, steps INT, denoise FLOAT | SIGMAS
        SplitSigmas | sigmas SIGMAS, step INT | SIGMAS SIGMAS
        DifferentialDiffusion | model MODEL | MODEL
        RescaleCFG | model MODEL, multiplier FLOAT | MODEL
        VAEDecode | samples LATENT, vae VAE | IMAGE
        VAEDecodeTiled | samples LATENT, vae VAE, tile_size INT | IMAGE
        LoadImage | image files | IMAGE MASK
        LoadImageMask | image files, channel channels | MASK
        ImageScale | image IMAGE, width INT, height INT | IMAGE
        ImageInvert | image IMAGE | IMAGE
        Canny | image IMAGE, low_threshold FLOAT, high_threshold FLOAT | IMAGE
        CannyEdgePreprocessor | image IMAGE | IMAGE
        ScribblePreprocessor | image IMAGE | IMAGE
        FakeScribblePreprocessor | image IMAGE | IMAGE
        ImageToMask | image IMAGE, channel red | MASK
        InvertMask | mask MASK | MASK
        ImageCrop | image IMAGE, width INT, height INT, x INT, y INT | IMAGE
        HintImageEnchance | hint_image IMAGE, image_gen_width INT, image_gen_height INT | IMAGE
        MaskToImage | mask MASK | IMAGE
        CropMask | mask MASK, x INT, y INT, width INT, height INT | MASK
        GrowMask | mask MASK, expand INT | MASK
        FeatherMask | mask MASK, left INT, top INT, right INT, bottom INT | MASK
        ThresholdMask | mask MASK, value FLOAT | MASK
        INPAINT_ExpandMask | mask MASK, grow INT, blur INT | MASK
        INPAINT_ShrinkMask | mask MASK, shrink INT, blur INT | MASK
        INPAINT_StabilizeMask | mask MASK, epsilon FLOAT | MASK
        INPAINT_MaskedFill | image IMAGE, mask MASK | IMAGE
        INPAINT_MaskedBlur | image IMAGE, mask MASK, blur INT | IMAGE
        INPAINT_ColorMatch | target IMAGE, reference IMAGE | IMAGE
        ETN_ApplyMaskToImage | image IMAGE, mask MASK | IMAGE
        ETN_LoadImageCache | id STRING | IMAGE MASK
        ETN_LoadImageBase64 | image STRING | IMAGE MASK
        ETN_LoadMaskBase64 | mask STRING | MASK
        """;

    /** The inputs that both samplers have, which {@link #NODES} calls {@code SAMPLING}. */
    private static final String SAMPLING = "steps INT, cfg FLOAT, sampler_name samplers, scheduler schedulers, "
            + "positive CONDITIONING, negative CONDITIONING, latent_image LATENT";

    private ComfyNodes() {}

    /** Returns the description of all nodes, by their names. */
    static Map<String, Object> describe(GenerationQueue queue) {
        Map<String, List<String>> choices = choices(queue.registry());
        Map<String, Object> nodes = new LinkedHashMap<>();
        NODES.lines().forEach(line -> {
            String[] parts = line.replace("SAMPLING", SAMPLING).split(" *\\| *", -1);
            nodes.put(parts[0], node(parts[0], parts[1], List.of(parts[2].split(" ", -1)), choices));
        });
        ComfyWorkflow.OUTPUTS.stream()
                .sorted()
                .forEach(output -> nodes.put(output, node(output, "images IMAGE", List.of(), choices)));
        return nodes;
    }

    /** Returns the lists of names that inputs can be chosen from. */
    private static Map<String, List<String>> choices(ModelRegistry registry) {
        return Map.of(
                "models", registry.modelNames(),
                "loras", List.copyOf(registry.loras().all().keySet()),
                "controls", List.copyOf(registry.controlNets().all().keySet()),
                "samplers", Samplers.names(),
                "schedulers", List.of("normal", "karras", "simple", "sgm_uniform"),
                "files", List.of(),
                "channels", List.of("alpha", "red"));
    }

    private static Map<String, Object> node(
            String name, String inputs, List<String> outputs, Map<String, List<String>> choices) {
        Map<String, Object> required = new LinkedHashMap<>();
        for (String input : inputs.split(", *", -1)) {
            int space = input.indexOf(' ');
            String type = input.substring(space + 1);
            // A list of names is a type of its own in ComfyUI.
            boolean isList = Character.isLowerCase(type.charAt(0));
            Object described = isList ? choices.getOrDefault(type, List.of(type)) : type;
            required.put(input.substring(0, space), List.of(described, Map.of()));
        }
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("input", Map.of("required", required));
        node.put("input_order", Map.of("required", List.copyOf(required.keySet())));
        node.put("output", outputs);
        node.put("output_name", outputs);
        node.put("output_is_list", outputs.stream().map(_ -> false).toList());
        node.put("name", name);
        node.put("display_name", name);
        node.put("description", "");
        node.put("category", "hypersd");
        node.put("output_node", outputs.isEmpty());
        return node;
    }
}

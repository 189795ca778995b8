package dev.hypersd.serve.api;

import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.queue.GenerationQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of ComfyUI's {@code /object_info}: the nodes that are understood, with what their inputs can be. */
final class ComfyNodes {
    private static final List<Object> MODEL = type("MODEL");
    private static final List<Object> CLIP = type("CLIP");
    private static final List<Object> VAE = type("VAE");
    private static final List<Object> IMAGE = type("IMAGE");
    private static final List<Object> MASK = type("MASK");
    private static final List<Object> LATENT = type("LATENT");
    private static final List<Object> CONDITIONING = type("CONDITIONING");
    private static final List<Object> INT = type("INT");
    private static final List<Object> FLOAT = type("FLOAT");
    private static final List<Object> STRING = type("STRING");

    private final Map<String, Object> nodes = new LinkedHashMap<>();

    private ComfyNodes() {}

    /** Returns the description of all nodes, by their names. */
    static Map<String, Object> describe(GenerationQueue queue) {
        ComfyNodes all = new ComfyNodes();
        List<Object> models = choice(queue.registry().modelNames());
        List<Object> loras = choice(List.copyOf(queue.registry().loras().all().keySet()));
        List<Object> controls =
                choice(List.copyOf(queue.registry().controlNets().all().keySet()));
        List<Object> samplers = choice(Samplers.names());
        List<Object> schedulers = choice(List.of("normal", "karras", "simple", "sgm_uniform"));
        List<Object> files = choice(List.of());
        all.add("CheckpointLoaderSimple", List.of("MODEL", "CLIP", "VAE"), "ckpt_name", models);
        all.add(
                "LoraLoader",
                List.of("MODEL", "CLIP"),
                "model",
                MODEL,
                "clip",
                CLIP,
                "lora_name",
                loras,
                "strength_model",
                FLOAT,
                "strength_clip",
                FLOAT);
        all.add("LoraLoaderModelOnly", List.of("MODEL"), "model", MODEL, "lora_name", loras, "strength_model", FLOAT);
        all.add("CLIPSetLastLayer", List.of("CLIP"), "clip", CLIP, "stop_at_clip_layer", INT);
        all.add("CLIPTextEncode", List.of("CONDITIONING"), "text", STRING, "clip", CLIP);
        all.add("ControlNetLoader", List.of("CONTROL_NET"), "control_net_name", controls);
        all.add(
                "ControlNetApplyAdvanced",
                List.of("CONDITIONING", "CONDITIONING"),
                "positive",
                CONDITIONING,
                "negative",
                CONDITIONING,
                "control_net",
                type("CONTROL_NET"),
                "image",
                IMAGE,
                "strength",
                FLOAT,
                "start_percent",
                FLOAT,
                "end_percent",
                FLOAT);
        all.add(
                "ControlNetApply",
                List.of("CONDITIONING"),
                "conditioning",
                CONDITIONING,
                "control_net",
                type("CONTROL_NET"),
                "image",
                IMAGE,
                "strength",
                FLOAT);
        all.add("EmptyLatentImage", List.of("LATENT"), "width", INT, "height", INT, "batch_size", INT);
        all.add("VAEEncode", List.of("LATENT"), "pixels", IMAGE, "vae", VAE);
        all.add(
                "VAEEncodeForInpaint",
                List.of("LATENT"),
                "pixels",
                IMAGE,
                "vae",
                VAE,
                "mask",
                MASK,
                "grow_mask_by",
                INT);
        all.add("SetLatentNoiseMask", List.of("LATENT"), "samples", LATENT, "mask", MASK);
        all.add("RepeatLatentBatch", List.of("LATENT"), "samples", LATENT, "amount", INT);
        all.add(
                "KSampler",
                List.of("LATENT"),
                "model",
                MODEL,
                "seed",
                INT,
                "steps",
                INT,
                "cfg",
                FLOAT,
                "sampler_name",
                samplers,
                "scheduler",
                schedulers,
                "positive",
                CONDITIONING,
                "negative",
                CONDITIONING,
                "latent_image",
                LATENT,
                "denoise",
                FLOAT);
        all.add(
                "KSamplerAdvanced",
                List.of("LATENT"),
                "model",
                MODEL,
                "add_noise",
                choice(List.of("enable")),
                "noise_seed",
                INT,
                "steps",
                INT,
                "cfg",
                FLOAT,
                "sampler_name",
                samplers,
                "scheduler",
                schedulers,
                "positive",
                CONDITIONING,
                "negative",
                CONDITIONING,
                "latent_image",
                LATENT,
                "start_at_step",
                INT,
                "end_at_step",
                INT,
                "return_with_leftover_noise",
                choice(List.of("disable")));
        all.add("VAEDecode", List.of("IMAGE"), "samples", LATENT, "vae", VAE);
        all.add("VAEDecodeTiled", List.of("IMAGE"), "samples", LATENT, "vae", VAE, "tile_size", INT);
        all.add("LoadImage", List.of("IMAGE", "MASK"), "image", files);
        all.add("LoadImageMask", List.of("MASK"), "image", files, "channel", choice(List.of("alpha", "red")));
        all.add("ImageScale", List.of("IMAGE"), "image", IMAGE, "width", INT, "height", INT);
        all.add("ImageInvert", List.of("IMAGE"), "image", IMAGE);
        all.add("Canny", List.of("IMAGE"), "image", IMAGE, "low_threshold", FLOAT, "high_threshold", FLOAT);
        all.add("ImageToMask", List.of("MASK"), "image", IMAGE, "channel", choice(List.of("red")));
        all.add("InvertMask", List.of("MASK"), "mask", MASK);
        all.add("ETN_LoadImageBase64", List.of("IMAGE", "MASK"), "image", STRING);
        all.add("ETN_LoadMaskBase64", List.of("MASK"), "mask", STRING);
        for (String output : ComfyWorkflow.OUTPUTS.stream().sorted().toList()) {
            all.add(output, List.of(), "images", IMAGE);
        }
        return all.nodes;
    }

    /** @param inputs names and what each can be, in turn */
    private void add(String name, List<String> outputs, Object... inputs) {
        Map<String, Object> required = new LinkedHashMap<>();
        for (int i = 0; i < inputs.length; i += 2) {
            required.put((String) inputs[i], inputs[i + 1]);
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
        nodes.put(name, node);
    }

    private static List<Object> type(String name) {
        return List.of(name, Map.of());
    }

    /** A list of names is a type of its own in ComfyUI. */
    private static List<Object> choice(List<String> names) {
        return new ArrayList<>(List.of(names, Map.of()));
    }
}

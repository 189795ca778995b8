package dev.hypersd.serve.api;

import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads a graph of ComfyUI as a request: it follows the links from the node that shows images back to the sampler, and
 * from there to the model, the prompts, the latents and the ControlNets. The refusal of an unsupported node names it.
 */
final class ComfyWorkflow {
    static final Set<String> OUTPUTS =
            Set.of("SaveImage", "PreviewImage", "SaveImageWebsocket", "ETN_SendImageWebSocket", "ETN_SaveImageCache");

    private static final Set<String> SENDING = Set.of("SaveImageWebsocket", "ETN_SendImageWebSocket");

    private final ComfyGraph graph;
    private final ComfyImages images;
    private final GenerationOptions.Builder options = GenerationOptions.builder();

    private ComfyWorkflow(JsonNode nodes, ComfyImages images) {
        this.graph = new ComfyGraph(nodes);
        this.images = images;
    }

    /**
     * A graph that was read.
     *
     * @param request the images to generate
     * @param finish what becomes of its images
     * @param output the node that shows the images
     * @param sendsImages whether that node sends them over the WebSocket instead of keeping them
     */
    record Read(ClientRequest request, ComfyFinish finish, Output output, boolean sendsImages) {}

    /** A node that shows images. */
    record Output(String id, String type) {}

    /** Reads a graph, whose images were uploaded before or are in it. */
    static Read read(JsonNode nodes, ComfyImages images) {
        return new ComfyWorkflow(nodes, images).read();
    }

    private Read read() {
        List<ComfyGraph.Node> outputs = graph.ofTypes(OUTPUTS);
        if (outputs.size() != 1) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    "the graph must have one node that shows images (%s), not %d"
                            .formatted(
                                    String.join(", ", OUTPUTS.stream().sorted().toList()), outputs.size()));
        }
        ComfyGraph.Node output = outputs.getFirst();
        ComfyFinish.Read end = ComfyFinish.of(output.link("images"), images);
        readDecoder(end.decoder());
        return new Read(
                new ClientRequest(options.build(), graph.warnings()),
                end.finish(),
                new Output(output.id(), output.type()),
                SENDING.contains(output.type()));
    }

    private void readDecoder(ComfyGraph.Node decoder) {
        switch (decoder.type()) {
            case "VAEDecode" -> {}
            case "VAEDecodeTiled" -> options.set(Option.TILED, true);
            default -> throw decoder.unsupported("a source of images to show");
        }
        readVae(decoder);
        readSampler(decoder.link("samples"));
    }

    /** Follows the link to the autoencoder; another one than the model's own is warned about. */
    private static void readVae(ComfyGraph.Node user) {
        ComfyGraph.Node vae = user.link("vae");
        if (!vae.type().equals("CheckpointLoaderSimple")) {
            user.warn("the autoencoder of node %s has no effect: that of the model is used".formatted(vae.id()));
        }
    }

    private void readSampler(ComfyGraph.Node node) {
        ComfySampling sampling = ComfySampling.of(node);
        options.parse(Option.SEED, sampling.seed()).steps(sampling.steps()).guidance(sampling.guidance());
        samplerName(sampling);
        readModel(sampling.model());
        options.prompt(prompt(sampling.positive(), true));
        sampling.negative()
                .map(negative -> prompt(negative, false))
                .filter(negative -> !negative.isBlank())
                .ifPresent(options::negativePrompt);
        readLatents(sampling.latents());
        if (options.build().has(Option.IMAGE)) {
            options.strength(sampling.strength());
        }
    }

    private void samplerName(ComfySampling sampling) {
        String name = sampling.sampler().replaceFirst("_gpu$", "");
        String schedule = sampling.schedule();
        Optional<Sampler> both = Samplers.titled(name, schedule);
        if (both.isEmpty() && Samplers.titled(name).isPresent()) {
            sampling.node().warn("scheduler %s has no effect: %s has no such schedule here".formatted(schedule, name));
        }
        options.sampler(both.or(() -> Samplers.titled(name)).map(Sampler::name).orElse(name));
    }

    /** Follows the model through its LoRAs to its checkpoint. */
    private void readModel(ComfyGraph.Node from) {
        List<LoraReference> loras = new ArrayList<>();
        ComfyGraph.Node node = from;
        while (!node.type().equals("CheckpointLoaderSimple")) {
            switch (node.type()) {
                case "LoraLoader", "LoraLoaderModelOnly" -> {
                    double weight = node.number("strength_model", 1);
                    loras.addFirst(LoraReference.of(fileName(node.text("lora_name")), weight));
                    if (node.number("strength_clip", weight) != weight) {
                        node.warn("strength_clip has no effect: strength_model is the weight of the whole LoRA");
                    }
                }
                case "ModelSamplingDiscrete" -> node.warn("it has no effect: the files of the model decide");
                case "DifferentialDiffusion" -> node.warn("it has no effect: masks have sharp edges here");
                case "EasyCache" -> node.warn("it has no effect: every step is computed");
                case "RescaleCFG" -> options.set(Option.GUIDANCE_RESCALE, node.number("multiplier", 0));
                default -> throw node.unsupported("a model");
            }
            node = node.link("model");
        }
        options.model(fileName(node.text("ckpt_name")));
        if (!loras.isEmpty()) {
            options.set(Option.LORAS, loras);
        }
    }

    /** @param isPositive whether ControlNets on the way count; those on the way to the negative prompt are the same */
    private String prompt(ComfyGraph.Node node, boolean isPositive) {
        return switch (node.type()) {
            case "CLIPTextEncode" -> {
                if (isPositive) {
                    readClip(node.link("clip"));
                }
                if (node.isLinked("text")) {
                    throw node.link("text").unsupported("a text");
                }
                yield node.text("text");
            }
            case "ConditioningZeroOut" -> "";
            case "INPAINT_VAEEncodeInpaintConditioning" ->
                prompt(node.link(node.output() == 0 ? "positive" : "negative"), isPositive);
            case "ControlNetApply" -> {
                control(node, isPositive);
                yield prompt(node.link("conditioning"), isPositive);
            }
            case "ControlNetApplyAdvanced" -> {
                control(node, isPositive);
                yield prompt(node.link(node.output() == 0 ? "positive" : "negative"), isPositive);
            }
            default -> throw node.unsupported("a prompt");
        };
    }

    /** Follows the text encoder; its LoRAs are those of the model. */
    private void readClip(ComfyGraph.Node from) {
        ComfyGraph.Node node = from;
        while (!node.type().equals("CheckpointLoaderSimple")) {
            switch (node.type()) {
                case "CLIPSetLastLayer" ->
                    options.set(Option.CLIP_SKIP, Math.max(0, -node.whole("stop_at_clip_layer", -1) - 1));
                case "LoraLoader" -> {}
                default -> throw node.unsupported("a text encoder");
            }
            node = node.link("clip");
        }
    }

    private void control(ComfyGraph.Node node, boolean counts) {
        if (!counts) {
            return;
        }
        ComfyGraph.Node loader = node.link("control_net");
        if (!loader.type().equals("ControlNetLoader")) {
            throw loader.unsupported("a ControlNet");
        }
        ComfyImages.Preprocessed picture = images.preprocessed(node.link("image"));
        options.control(new ControlNetReference(
                fileName(loader.text("control_net_name")),
                Optional.of(PictureSource.of(picture.image())),
                picture.preprocessor(),
                OptionalDouble.of(node.number("strength", 1)),
                OptionalDouble.of(node.number("start_percent", 0)),
                OptionalDouble.of(node.number("end_percent", 1)),
                Optional.empty()));
    }

    private void readLatents(ComfyGraph.Node latents) {
        switch (latents.type()) {
            case "EmptyLatentImage" -> {
                options.size(latents.whole("width", 512), latents.whole("height", 512));
                options.count(latents.whole("batch_size", 1));
            }
            case "VAEEncode", "VAEEncodeTiled" -> {
                readVae(latents);
                options.image(PictureSource.of(images.image(latents.link("pixels"))));
            }
            case "INPAINT_VAEEncodeInpaintConditioning" -> {
                readVae(latents);
                options.image(PictureSource.of(images.image(latents.link("pixels"))));
                mask(latents);
            }
            case "VAEEncodeForInpaint" -> {
                readVae(latents);
                options.image(PictureSource.of(images.image(latents.link("pixels"))));
                mask(latents);
                if (latents.whole("grow_mask_by", 0) > 0) {
                    latents.warn("grow_mask_by has no effect");
                }
            }
            case "SetLatentNoiseMask" -> {
                readLatents(latents.link("samples"));
                mask(latents);
            }
            case "RepeatLatentBatch" -> {
                readLatents(latents.link("samples"));
                options.count(latents.whole("amount", 1));
            }
            default -> throw latents.unsupported("latents");
        }
    }

    private void mask(ComfyGraph.Node latents) {
        options.mask(PictureSource.of(images.mask(latents.link("mask"))));
    }

    /** Returns the name of a file without the folders below ComfyUI's own, which programs may add. */
    private static String fileName(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    }
}

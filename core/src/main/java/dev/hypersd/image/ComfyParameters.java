package dev.hypersd.image;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads the parameters from the graph that ComfyUI writes into its pictures: nodes by number, with a {@code class_type}
 * and {@code inputs}, each of which is a value or a link {@code [node, output]} to another node. The parameters are
 * those of the first sampler; where there are several, of the one that begins from an empty picture.
 *
 * <p>Graphs of pictures have nodes of any extension: what is not known is passed over. The server carries graphs out
 * and refuses what it does not know, so it has a reader of its own.
 */
final class ComfyParameters {
    static final String PROGRAM = "ComfyUI";

    /** The longest path of links that is followed, since graphs may contain cycles. */
    private static final int LONGEST_WAY = 64;

    /** The inputs by which a sampler takes its settings from other nodes. */
    private static final List<String> PARTS_OF_SAMPLERS = List.of("sampler", "sigmas", "guider", "noise");

    /** The names of texts in the nodes that hold one. */
    private static final List<String> TEXTS = List.of("text", "text_g", "string", "value", "prompt", "text_l");

    private final JsonNode nodes;

    private ComfyParameters(JsonNode nodes) {
        this.nodes = nodes;
    }

    /** Returns the parameters, if one of the nodes is a sampler of ComfyUI itself. */
    static Optional<GenerationParameters> read(JsonNode nodes) {
        return new ComfyParameters(nodes).read();
    }

    private Optional<GenerationParameters> read() {
        List<JsonNode> samplers = nodes.valueStream()
                .filter(node -> ForeignParameters.scalar(node, "class_type")
                        .filter(type -> type.contains("KSampler") || type.startsWith("SamplerCustom"))
                        .filter(type -> !type.equals("KSamplerSelect"))
                        .isPresent())
                .toList();
        return samplers.stream()
                .filter(node -> input(node, "latent_image", "width").isPresent())
                .findFirst()
                .or(() -> samplers.stream().findFirst())
                .map(this::parameters);
    }

    private GenerationParameters parameters(JsonNode sampler) {
        ForeignSettings settings = new ForeignSettings(PROGRAM);
        settings.put("Steps", ofSampler(sampler, "steps"));
        settings.sampler(ofSampler(sampler, "sampler_name"), ofSampler(sampler, "scheduler"));
        settings.put("CFG scale", ofSampler(sampler, "cfg"));
        settings.put("Seed", ofSampler(sampler, "seed").or(() -> ofSampler(sampler, "noise_seed")));
        settings.size(input(sampler, "latent_image", "width"), input(sampler, "latent_image", "height"));
        settings.put("Denoising strength", ofSampler(sampler, "denoise").filter(denoise -> !denoise.equals("1")));
        model(sampler, settings);
        return settings.with(prompt(sampler, "positive"), prompt(sampler, "negative"));
    }

    /** Returns a setting of the sampler or of the nodes that it takes settings from. */
    private Optional<String> ofSampler(JsonNode sampler, String name) {
        return value(sampler, name)
                .or(() -> PARTS_OF_SAMPLERS.stream()
                        .flatMap(part -> input(sampler, part, name).stream())
                        .findFirst());
    }

    /** Returns the value {@code name} of the node to which the input {@code link} of {@code node} leads. */
    private Optional<String> input(JsonNode node, String link, String name) {
        return linked(node, link).flatMap(other -> value(other, name));
    }

    /** Returns the value of an input, which may be in a primitive node of its own. */
    private Optional<String> value(JsonNode node, String name) {
        return ForeignParameters.scalar(node.path("inputs"), name)
                .or(() -> linked(node, name)
                        .flatMap(other -> List.of(name, "value", "seed", "int", "Value").stream()
                                .flatMap(key -> ForeignParameters.scalar(other.path("inputs"), key).stream())
                                .findFirst()));
    }

    private Optional<JsonNode> linked(JsonNode node, String name) {
        JsonNode link = node.path("inputs").path(name);
        return link.isArray()
                ? ForeignParameters.scalar(link.path(0)).map(nodes::path).filter(JsonNode::isObject)
                : Optional.empty();
    }

    /** Reads the checkpoint and the LoRAs on the path to it. */
    private void model(JsonNode sampler, ForeignSettings settings) {
        Optional<JsonNode> node =
                linked(sampler, "model").or(() -> linked(sampler, "guider").flatMap(guider -> linked(guider, "model")));
        for (int i = 0; i < LONGEST_WAY && node.isPresent(); i++) {
            JsonNode inputs = node.get().path("inputs");
            settings.lora(ForeignParameters.scalar(inputs, "lora_name"), value(node.get(), "strength_model"));
            settings.model(ForeignParameters.scalar(inputs, "ckpt_name")
                    .or(() -> ForeignParameters.scalar(inputs, "unet_name")));
            node = linked(node.get(), "model");
        }
    }

    private Optional<String> prompt(JsonNode sampler, String side) {
        return linked(sampler, side)
                .or(() -> linked(sampler, "guider")
                        .flatMap(guider -> linked(guider, side)
                                .or(() -> linked(guider, "conditioning"))
                                .filter(_ -> side.equals("positive")
                                        || guider.path("inputs").has(side))))
                .flatMap(node -> text(node, side, Collections.newSetFromMap(new IdentityHashMap<>()), LONGEST_WAY));
    }

    /** Returns the first text in {@code node} or in those that lead to it. */
    private Optional<String> text(JsonNode node, String side, Set<JsonNode> seen, int way) {
        if (way == 0 || !seen.add(node)) {
            return Optional.empty();
        }
        JsonNode inputs = node.path("inputs");
        Optional<String> own = TEXTS.stream()
                .filter(name -> inputs.path(name).isString())
                .map(name -> inputs.path(name).asString())
                .findFirst();
        if (own.isPresent()) {
            return own;
        }
        for (Map.Entry<String, JsonNode> input : inputs.properties()) {
            boolean leads = TEXTS.contains(input.getKey())
                    || input.getKey().startsWith("conditioning")
                    || input.getKey().equals(side);
            Optional<String> text = leads
                    ? linked(node, input.getKey()).flatMap(other -> text(other, side, seen, way - 1))
                    : Optional.empty();
            if (text.isPresent()) {
                return text;
            }
        }
        return Optional.empty();
    }
}

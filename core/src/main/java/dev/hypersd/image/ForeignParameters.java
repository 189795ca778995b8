package dev.hypersd.image;

import dev.hypersd.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The parameters that Fooocus, ComfyUI, InvokeAI or NovelAI writes into a picture as JSON. They are translated to the
 * names of infotext, and {@code Version} is the name of the program.
 *
 * @param program the program that has written them
 * @param parameters empty where they cannot be read
 */
record ForeignParameters(String program, Optional<GenerationParameters> parameters) {
    /** The largest number of characters that is read, more than any program writes. */
    private static final int LONGEST = 1 << 22;

    private static final String INVOKE_AI = "InvokeAI";
    private static final String NOVEL_AI = "NovelAI";
    private static final Pattern RESOLUTION = Pattern.compile("\\D*(\\d{1,5})\\D+(\\d{1,5})\\D*");
    private static final Pattern COMBINED_LORA = Pattern.compile("(.{1,500}) : (-?[0-9.]{1,20})");

    /** Reads the parameters of a PNG, JPEG or WebP file in memory, if it has some. */
    static Optional<ForeignParameters> of(byte[] encoded) {
        Optional<PngChunks> chunks = PngChunks.of(encoded);
        Optional<String> text = GenerationParameters.text(encoded);
        if (text.isPresent()) {
            boolean marked = chunks.flatMap(c -> c.text("fooocus_scheme"))
                    .filter("fooocus"::equals)
                    .isPresent();
            return fooocus(text.get(), marked);
        }
        return chunks.flatMap(ForeignParameters::of);
    }

    private static Optional<ForeignParameters> of(PngChunks chunks) {
        Optional<String> comment = chunks.text("Comment");
        if (chunks.text("prompt").isPresent() || chunks.text("workflow").isPresent()) {
            Optional<JsonNode> graph = chunks.text("prompt").flatMap(ForeignParameters::json);
            return Optional.of(new ForeignParameters(ComfyGraph.PROGRAM, graph.flatMap(ComfyGraph::read)));
        } else if (chunks.text("invokeai_metadata").isPresent()) {
            return Optional.of(new ForeignParameters(
                    INVOKE_AI,
                    chunks.text("invokeai_metadata")
                            .flatMap(ForeignParameters::json)
                            .map(ForeignParameters::invokeAi)));
        } else if (chunks.text("sd-metadata").isPresent()) {
            return Optional.of(new ForeignParameters(
                    INVOKE_AI,
                    chunks.text("sd-metadata")
                            .flatMap(ForeignParameters::json)
                            .flatMap(ForeignParameters::earlyInvokeAi)));
        } else if (chunks.text("Software").filter(NOVEL_AI::equals).isPresent()
                || comment.flatMap(ForeignParameters::json)
                        .filter(json -> json.has("uc"))
                        .isPresent()) {
            String description = chunks.text("Description").orElse("");
            return Optional.of(new ForeignParameters(
                    NOVEL_AI, comment.flatMap(ForeignParameters::json).map(json -> novelAi(json, description))));
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> json(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.MAPPER.readTree(text)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty(); // The caller says whose they are.
        }
    }

    /**
     * Reads Fooocus's parameters.
     *
     * @param marked whether the picture states that its parameters are in Fooocus's own form
     */
    private static Optional<ForeignParameters> fooocus(String text, boolean marked) {
        Optional<JsonNode> json = text.stripLeading().startsWith("{")
                ? json(text).filter(node -> marked || node.has("metadata_scheme") || node.has("base_model"))
                : Optional.empty();
        return json.isPresent() || marked
                ? Optional.of(new ForeignParameters("Fooocus", json.map(ForeignParameters::fooocus)))
                : Optional.empty();
    }

    private static GenerationParameters fooocus(JsonNode json) {
        Settings settings = new Settings("Fooocus");
        settings.put("Steps", scalar(json, "steps"));
        settings.sampler(scalar(json, "sampler"), scalar(json, "scheduler"));
        settings.put("CFG scale", scalar(json, "guidance_scale"));
        settings.put("Seed", scalar(json, "seed"));
        Matcher sides = RESOLUTION.matcher(scalar(json, "resolution").orElse(""));
        if (sides.matches()) {
            settings.size(Optional.of(sides.group(1)), Optional.of(sides.group(2)));
        }
        settings.model(scalar(json, "base_model"));
        for (JsonNode lora : json.path("loras")) {
            settings.lora(scalar(lora.path(0)), scalar(lora.path(1)));
        }
        for (int i = 1; json.has("lora_combined_" + i); i++) {
            Matcher lora =
                    COMBINED_LORA.matcher(scalar(json, "lora_combined_" + i).orElse(""));
            if (lora.matches()) {
                settings.lora(Optional.of(lora.group(1)), Optional.of(lora.group(2)));
            }
        }
        return settings.with(scalar(json, "prompt"), scalar(json, "negative_prompt"));
    }

    private static GenerationParameters invokeAi(JsonNode json) {
        Settings settings = new Settings(INVOKE_AI);
        settings.put("Steps", scalar(json, "steps"));
        settings.sampler(scalar(json, "scheduler"), Optional.empty());
        settings.put("CFG scale", scalar(json, "cfg_scale"));
        settings.put("Seed", scalar(json, "seed"));
        settings.size(scalar(json, "width"), scalar(json, "height"));
        settings.model(scalar(json.path("model"), "name").or(() -> scalar(json.path("model"), "model_name")));
        settings.put("Denoising strength", scalar(json, "strength"));
        for (JsonNode lora : json.path("loras")) {
            settings.lora(
                    scalar(lora.path("model"), "name").or(() -> scalar(lora.path("lora"), "model_name")),
                    scalar(lora, "weight"));
        }
        return settings.with(scalar(json, "positive_prompt"), scalar(json, "negative_prompt"));
    }

    /** Reads the parameters of InvokeAI before version 3, which are all in {@code image}. */
    private static Optional<GenerationParameters> earlyInvokeAi(JsonNode json) {
        JsonNode image = json.path("image");
        if (!image.isObject()) {
            return Optional.empty();
        }
        Settings settings = new Settings(INVOKE_AI);
        settings.put("Steps", scalar(image, "steps"));
        settings.sampler(scalar(image, "sampler"), Optional.empty());
        settings.put("CFG scale", scalar(image, "cfg_scale"));
        settings.put("Seed", scalar(image, "seed"));
        settings.size(scalar(image, "width"), scalar(image, "height"));
        settings.model(scalar(json, "model_weights"));
        Optional<String> prompt =
                scalar(image, "prompt").or(() -> scalar(image.path("prompt").path(0), "prompt"));
        return Optional.of(settings.with(prompt, Optional.empty()));
    }

    private static GenerationParameters novelAi(JsonNode json, String description) {
        Settings settings = new Settings(NOVEL_AI);
        settings.put("Steps", scalar(json, "steps"));
        settings.sampler(scalar(json, "sampler"), scalar(json, "noise_schedule").filter("karras"::equals));
        settings.put("CFG scale", scalar(json, "scale"));
        settings.put("Seed", scalar(json, "seed"));
        settings.size(scalar(json, "width"), scalar(json, "height"));
        return settings.with(scalar(json, "prompt").or(() -> Optional.of(description)), scalar(json, "uc"));
    }

    /** Returns the text or finite number at {@code key}, as it is written in infotext. */
    static Optional<String> scalar(JsonNode node, String key) {
        return scalar(node.path(key));
    }

    static Optional<String> scalar(JsonNode value) {
        if (value.isString()) {
            return Optional.of(value.asString());
        } else if (value.isIntegralNumber()) {
            return Optional.of(value.bigIntegerValue().toString());
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!Double.isFinite(number)) {
            return Optional.empty();
        }
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1e9;
        return Optional.of(whole ? Long.toString((long) number) : Double.toString(number));
    }

    /** Collects settings under their names in infotext. */
    static final class Settings {
        private final SequencedMap<String, String> values = new LinkedHashMap<>();
        private final ArrayNode loras = JsonNodeFactory.instance.arrayNode();
        private final String program;

        Settings(String program) {
            this.program = program;
        }

        void put(String name, Optional<String> value) {
            value.filter(text -> !text.isBlank()).ifPresent(text -> values.put(name, text));
        }

        /** Adds the sampler and the noise schedule by their names in infotext. */
        void sampler(Optional<String> name, Optional<String> schedule) {
            put(
                    "Sampler",
                    name.map(text -> text.startsWith("k_") ? text.substring(2) : text)
                            .map(text -> switch (text) {
                                case "euler_ancestral" -> "euler_a";
                                case "dpmpp_2m_k" -> "dpmpp_2m_karras";
                                case "ddim_uniform", "ddim_v3" -> "ddim";
                                default -> text;
                            }));
            put("Schedule type", schedule);
        }

        void size(Optional<String> width, Optional<String> height) {
            if (width.isPresent() && height.isPresent()) {
                put("Size", Optional.of(width.get() + "x" + height.get()));
            }
        }

        /** Adds the model by the name of its file, without its folder. */
        void model(Optional<String> name) {
            put("Model", name.map(Settings::fileName).map(text -> text.replaceFirst("\\.(safetensors|ckpt)$", "")));
        }

        void lora(Optional<String> name, Optional<String> weight) {
            if (name.isPresent() && !name.get().equals("None")) {
                loras.addObject().put("name", fileName(name.get())).put("weight", number(weight.orElse("1")));
            }
        }

        private static double number(String text) {
            try {
                double number = Double.parseDouble(text);
                return Double.isFinite(number) ? number : 1;
            } catch (NumberFormatException e) {
                return 1;
            }
        }

        private static String fileName(String path) {
            List<String> names = List.of(path.split("[/\\\\]"));
            return names.isEmpty() ? path : names.getLast();
        }

        GenerationParameters with(Optional<String> prompt, Optional<String> negative) {
            if (!loras.isEmpty()) {
                values.put("Loras", loras.toString());
            }
            values.put("Version", program);
            return new GenerationParameters(prompt.orElse(""), negative.orElse(""), values);
        }
    }
}

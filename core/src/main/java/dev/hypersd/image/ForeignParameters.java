package dev.hypersd.image;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The parameters that Fooocus, ComfyUI, SwarmUI, InvokeAI, NovelAI, Draw Things and others write into a picture as
 * JSON or in texts of their own. They are translated to the names of infotext, and {@code Version} is the name of the
 * program.
 *
 * @param program the program that has written them
 * @param parameters empty where they cannot be read
 */
record ForeignParameters(String program, Optional<GenerationParameters> parameters) {
    private static final String FOOOCUS = "Fooocus";
    private static final String SWARM_UI = "SwarmUI";
    private static final String INVOKE_AI = "InvokeAI";
    private static final String NOVEL_AI = "NovelAI";
    private static final String DRAW_THINGS = "Draw Things";
    private static final String EASY_DIFFUSION = "Easy Diffusion";

    /** Where the name of a program is not known. */
    private static final String ANOTHER = "another program";

    /** Keys that one program alone writes, near the beginning. */
    private static final Map<String, String> KEYS = Map.of(
            "class_type", ComfyParameters.PROGRAM, "sui_image_params", SWARM_UI, "base_model", FOOOCUS, "uc", NOVEL_AI);

    private static final int BEGINNING = 10_000;

    private static final Pattern RESOLUTION = Pattern.compile("\\D*(\\d{1,5})\\D+(\\d{1,5})\\D*");
    private static final Pattern COMBINED_LORA = Pattern.compile("(.{1,500}) : (-?[0-9.]{1,20})");

    /** Reads the parameters of a PNG, JPEG or WebP file in memory, if it has some. */
    static Optional<ForeignParameters> of(byte[] encoded) {
        PictureTexts texts = PictureTexts.of(encoded);
        Optional<String> text = texts.text(Png.KEYWORD);
        if (text.isPresent() && PictureTexts.json(text.get()).isEmpty()) {
            return marked(texts) ? Optional.of(new ForeignParameters(FOOOCUS, Optional.empty())) : cut(text.get());
        }
        return text.flatMap(json -> ofOneText(json, marked(texts)))
                .or(() -> ofSeveralTexts(texts))
                .or(() -> texts.xmpComment().flatMap(ForeignParameters::drawThings))
                .or(() -> text.flatMap(ForeignParameters::ofAnother));
    }

    /** Returns whether the picture says that its text is Fooocus's own JSON. */
    private static boolean marked(PictureTexts texts) {
        return texts.text("fooocus_scheme").filter("fooocus"::equals).isPresent();
    }

    /** Reads the JSON object that Fooocus, SwarmUI, InvokeAI and NovelAI write where others write infotext. */
    private static Optional<ForeignParameters> ofOneText(String text, boolean marked) {
        JsonNode node = PictureTexts.json(text).orElseThrow();
        if (marked || node.has("metadata_scheme") || node.has("base_model")) {
            return Optional.of(new ForeignParameters(FOOOCUS, Optional.of(fooocus(node))));
        } else if (node.path("sui_image_params").isObject()) {
            return Optional.of(new ForeignParameters(SWARM_UI, Optional.of(swarmUi(node.get("sui_image_params")))));
        } else if (node.has("positive_prompt")) {
            return Optional.of(new ForeignParameters(INVOKE_AI, Optional.of(invokeAi(node))));
        } else if (node.has("uc") && node.has("scale")) {
            return Optional.of(new ForeignParameters(NOVEL_AI, Optional.of(novelAi(node, ""))));
        }
        return Optional.empty();
    }

    /** Reads the JSON object of a program that is not known. One without any usual name is a prompt in braces. */
    private static Optional<ForeignParameters> ofAnother(String text) {
        return PictureTexts.json(text)
                .filter(node -> UsualFields.isIn(node.propertyNames()))
                .map(node -> new ForeignParameters(ANOTHER, UsualFields.read(ANOTHER, name -> scalar(node, name))));
    }

    /** Reads what ComfyUI, InvokeAI and NovelAI write under keywords of their own. */
    private static Optional<ForeignParameters> ofSeveralTexts(PictureTexts texts) {
        Optional<String> comment = texts.text("Comment");
        boolean isPlain = texts.text("prompt").filter(PictureTexts::isPlain).isPresent();
        if (isPlain && texts.text("workflow").isEmpty()) {
            String program = texts.text("use_stable_diffusion_model").isPresent() ? EASY_DIFFUSION : ANOTHER;
            return Optional.of(new ForeignParameters(program, UsualFields.read(program, texts::text)));
        } else if (texts.text("Dream").isPresent() && texts.text("sd-metadata").isEmpty()) {
            return Optional.of(new ForeignParameters(
                    INVOKE_AI, texts.text("Dream").flatMap(text -> UsualFields.ofDream(INVOKE_AI, text))));
        } else if (texts.text("prompt").isPresent() || texts.text("workflow").isPresent()) {
            Optional<JsonNode> graph = texts.text("prompt").flatMap(PictureTexts::json);
            return Optional.of(new ForeignParameters(ComfyParameters.PROGRAM, graph.flatMap(ComfyParameters::read)));
        } else if (texts.text("invokeai_metadata").isPresent()) {
            return Optional.of(new ForeignParameters(
                    INVOKE_AI,
                    texts.text("invokeai_metadata").flatMap(PictureTexts::json).map(ForeignParameters::invokeAi)));
        } else if (texts.text("sd-metadata").isPresent()) {
            return Optional.of(new ForeignParameters(
                    INVOKE_AI,
                    texts.text("sd-metadata").flatMap(PictureTexts::json).flatMap(ForeignParameters::earlyInvokeAi)));
        } else if (texts.text("Software").filter(NOVEL_AI::equals).isPresent()
                || comment.flatMap(PictureTexts::json)
                        .filter(json -> json.has("uc"))
                        .isPresent()) {
            String description = texts.text("Description").orElse("");
            return Optional.of(new ForeignParameters(
                    NOVEL_AI, comment.flatMap(PictureTexts::json).map(json -> novelAi(json, description))));
        }
        return Optional.empty();
    }

    /** Names the program of JSON that is cut off or damaged, by a key that only it writes. */
    private static Optional<ForeignParameters> cut(String text) {
        String beginning = text.substring(0, Math.min(text.length(), BEGINNING));
        return KEYS.entrySet().stream()
                .filter(key -> text.startsWith("{") && beginning.contains("\"" + key.getKey() + "\""))
                .map(key -> new ForeignParameters(key.getValue(), Optional.empty()))
                .findFirst();
    }

    private static GenerationParameters fooocus(JsonNode json) {
        ForeignSettings settings = new ForeignSettings(FOOOCUS);
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
        ForeignSettings settings = new ForeignSettings(INVOKE_AI);
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
        ForeignSettings settings = new ForeignSettings(INVOKE_AI);
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

    private static GenerationParameters swarmUi(JsonNode json) {
        ForeignSettings settings = new ForeignSettings(SWARM_UI);
        settings.put("Steps", scalar(json, "steps"));
        settings.sampler(
                scalar(json, "sampler").or(() -> scalar(json, "comfyuisampler")),
                scalar(json, "scheduler").or(() -> scalar(json, "comfyuischeduler")));
        settings.put("CFG scale", scalar(json, "cfgscale"));
        settings.put("Seed", scalar(json, "seed"));
        settings.size(scalar(json, "width"), scalar(json, "height"));
        settings.model(scalar(json, "model"));
        for (int i = 0; i < json.path("loras").size(); i++) {
            settings.lora(
                    scalar(json.path("loras").path(i)),
                    scalar(json.path("loraweights").path(i)));
        }
        return settings.with(scalar(json, "prompt"), scalar(json, "negativeprompt"));
    }

    /** Reads the JSON of Draw Things, in which {@code c} is the prompt and {@code uc} the negative prompt. */
    private static Optional<ForeignParameters> drawThings(String comment) {
        return PictureTexts.json(comment).filter(json -> json.has("c")).map(json -> {
            ForeignSettings settings = new ForeignSettings(DRAW_THINGS);
            settings.put("Steps", scalar(json, "steps"));
            settings.sampler(scalar(json, "sampler"), Optional.empty());
            settings.put("CFG scale", scalar(json, "scale"));
            settings.put("Seed", scalar(json, "seed"));
            settings.put("Size", scalar(json, "size"));
            settings.model(scalar(json, "model"));
            for (JsonNode lora : json.path("lora")) {
                settings.lora(scalar(lora, "model"), scalar(lora, "weight"));
            }
            return new ForeignParameters(
                    DRAW_THINGS, Optional.of(settings.with(scalar(json, "c"), scalar(json, "uc"))));
        });
    }

    private static GenerationParameters novelAi(JsonNode json, String description) {
        ForeignSettings settings = new ForeignSettings(NOVEL_AI);
        settings.put("Steps", scalar(json, "steps"));
        settings.sampler(scalar(json, "sampler"), scalar(json, "noise_schedule").filter("karras"::equals));
        settings.put("CFG scale", scalar(json, "scale"));
        settings.put("Seed", scalar(json, "seed"));
        settings.size(scalar(json, "width"), scalar(json, "height"));
        return settings.with(
                scalar(json, "prompt")
                        .or(() -> scalar(json.at("/v4_prompt/caption/base_caption")))
                        .or(() -> Optional.of(description)),
                scalar(json, "uc").or(() -> scalar(json.at("/v4_negative_prompt/caption/base_caption"))));
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
}

package dev.hypersd.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Collects the settings that another program has written, under their names in infotext. */
final class ForeignSettings {
    private final SequencedMap<String, String> values = new LinkedHashMap<>();
    private final ArrayNode loras = JsonNodeFactory.instance.arrayNode();
    private final String program;

    ForeignSettings(String program) {
        this.program = program;
    }

    void put(String name, Optional<String> value) {
        value.filter(text -> !text.isBlank()).ifPresent(text -> values.put(name, text));
    }

    /** Adds the sampler and the noise schedule by their names in infotext. */
    void sampler(Optional<String> name, Optional<String> schedule) {
        put(
                "Sampler",
                name.map(text -> text.replaceFirst("^k_", "").replaceFirst("_gpu$", ""))
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
        put("Model", name.map(ForeignSettings::fileName).map(text -> text.replaceFirst("\\.(safetensors|ckpt)$", "")));
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

package dev.hypersd.serve.api;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.FileRegistry;
import dev.hypersd.serve.registry.ModelRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The body of {@code /v1/choices}: the choices that the page offers, with the settings that suit each. */
final class ChoicesResponse {
    private ChoicesResponse() {}

    static Map<String, Object> of(GenerationQueue queue) {
        ModelRegistry registry = queue.registry();
        Map<String, Object> choices = new LinkedHashMap<>();
        choices.put("model", queue.model());
        choices.put(
                "models",
                registry.modelNames().stream()
                        .flatMap(name -> model(name, registry).stream())
                        .toList());
        choices.put(
                "loras",
                registry.loras().all().entrySet().stream()
                        .map(lora -> lora(lora.getKey(), lora.getValue(), registry))
                        .toList());
        choices.put("controls", List.copyOf(registry.controlNets().all().keySet()));
        choices.put("preprocessors", List.copyOf(registry.preprocessors().keySet()));
        choices.put("most_controls", Limits.Generation.MAX_CONTROLS);
        choices.put("samplers", Samplers.names());
        choices.put("most_steps", queue.limits().generation().maxSteps());
        choices.put("most_side", queue.limits().generation().maxSide());
        return choices;
    }

    /**
     * Returns the description of a model; empty if its files are broken. A request for such a model gets the error, and
     * others can still be chosen.
     */
    private static Optional<Map<String, Object>> model(String name, ModelRegistry registry) {
        ModelSource source = registry.model(name).exact();
        try {
            Map<String, Object> model = new LinkedHashMap<>();
            model.put("name", name);
            model.put("side", source.open().nativeSize());
            model.put("preset", describe(registry.target(name).preset()));
            return Optional.of(model);
        } catch (InvalidFileException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> lora(String name, Path file, ModelRegistry registry) {
        Map<String, Object> lora = new LinkedHashMap<>();
        Optional<Double> standard = registry.defaultLoras().stream()
                .filter(first -> FileRegistry.name(first.file()).equals(name))
                .map(LoraWeight::weight)
                .findFirst();
        lora.put("name", name);
        lora.put("on", standard.isPresent());
        lora.put("weight", standard.orElse(1.0));
        lora.put("preset", describe(Presets.forFile(file)));
        return lora;
    }

    /** Returns the description of a preset, which is null in JSON if there is none. */
    private static Optional<Map<String, Object>> describe(Optional<Preset> preset) {
        return preset.map(p -> {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("name", p.name());
            described.put("steps", p.steps().count());
            described.put("guidance", p.guidance());
            described.put("sampler", p.sampler().name());
            p.sampler().optionalEta().ifPresent(eta -> described.put("eta", eta));
            return described;
        });
    }
}

package dev.hypersd.serve.live;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.MemoryEstimate;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.LoraWeight;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.catalogue.Catalogue;
import dev.hypersd.serve.catalogue.Shelf;
import dev.hypersd.serve.studio.Order;
import dev.hypersd.serve.studio.Studio;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the page offers to choose from, with what suits each of it. */
final class Choices {
    private Choices() {}

    static Map<String, Object> of(Studio studio) {
        Catalogue catalogue = studio.catalogue();
        Map<String, Object> choices = new LinkedHashMap<>();
        choices.put("model", studio.model());
        choices.put(
                "models",
                catalogue.modelNames().stream()
                        .flatMap(name -> model(name, catalogue).stream())
                        .toList());
        choices.put(
                "loras",
                catalogue.loras().all().entrySet().stream()
                        .map(lora -> lora(lora.getKey(), lora.getValue(), catalogue))
                        .toList());
        choices.put("controls", List.copyOf(catalogue.controls().all().keySet()));
        choices.put("samplers", Samplers.names());
        choices.put("most_steps", studio.limits().drawing().steps());
        choices.put("most_side", studio.limits().drawing().side());
        return choices;
    }

    /** Nothing where its files are broken: whoever names it is told so, and the others can still be chosen. */
    private static Optional<Map<String, Object>> model(String name, Catalogue catalogue) {
        ModelSource source = catalogue.model(name);
        try {
            Map<String, Object> model = new LinkedHashMap<>();
            model.put("name", name);
            model.put(
                    "side",
                    MemoryEstimate.of(source.directory(), source.options()).nativeSize());
            model.put("preset", describe(Order.preset(List.of(), source)));
            return Optional.of(model);
        } catch (InvalidFileException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> lora(String name, Path file, Catalogue catalogue) {
        Map<String, Object> lora = new LinkedHashMap<>();
        Optional<Double> standard = catalogue.firstLoras().stream()
                .filter(first -> Shelf.name(first.file()).equals(name))
                .map(LoraWeight::weight)
                .findFirst();
        lora.put("name", name);
        lora.put("on", standard.isPresent());
        lora.put(
                "weight",
                standard.or(() -> Presets.forFile(file).map(Preset::loraScale)).orElse(1.0));
        lora.put("preset", describe(Presets.forFile(file)));
        return lora;
    }

    /** Null in JSON where nothing is known. */
    private static Optional<Map<String, Object>> describe(Optional<Preset> preset) {
        return preset.map(p -> Map.of(
                "name", p.name(),
                "steps", p.steps().count(),
                "guidance", p.guidance(),
                "sampler", p.sampler().name()));
    }
}

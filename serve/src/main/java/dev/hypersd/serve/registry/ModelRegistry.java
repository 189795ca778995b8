package dev.hypersd.serve.registry;

import dev.hypersd.error.Nearest;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.LearnedWord;
import dev.hypersd.pipeline.LoraWeight;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What clients may name.
 *
 * @param first the model that draws when none is named
 * @param defaultLoras laid over it when a request says nothing of LoRAs
 * @param defaultWords learned words that its prompts may use
 * @param options how other models are loaded
 * @param models other models
 * @param loras LoRA files
 * @param controls ControlNets
 */
public record ModelRegistry(
        ModelSource first,
        List<LoraWeight> defaultLoras,
        List<LearnedWord> defaultWords,
        LoadOptions options,
        FileRegistry models,
        FileRegistry loras,
        FileRegistry controls) {
    /** Only {@code first}. */
    public static ModelRegistry of(ModelSource first) {
        FileRegistry empty = FileRegistry.models(List.of());
        return new ModelRegistry(first, List.of(), List.of(), LoadOptions.DEFAULT, empty, empty, empty);
    }

    /** The name of the model that draws when none is named. */
    public String defaultName() {
        return FileRegistry.name(
                first.options().checkpoints().stream().findFirst().orElse(first.directory()));
    }

    /** The names of all models, the first one first. */
    public List<String> modelNames() {
        List<String> names = new ArrayList<>(List.of(defaultName()));
        models.all().keySet().stream()
                .filter(name -> !name.equals(defaultName()))
                .forEach(names::add);
        return List.copyOf(names);
    }

    /**
     * The model with this name.
     *
     * @throws ApiException if there is none; the message names the nearest
     */
    public ModelSource model(String name) {
        return name.equals(defaultName())
                ? first
                : models.find(name)
                        .map(directory -> new ModelSource(directory, options))
                        .orElseThrow(() -> unknown("model", name, modelNames()));
    }

    /** The LoRA file with this name; refused as {@link #model} is. */
    public Path lora(String name) {
        return loras.find(name)
                .orElseThrow(() -> unknown("LoRA", name, loras.all().keySet()));
    }

    /** The ControlNet with this name; refused as {@link #model} is. */
    public Path control(String name) {
        return controls.find(name)
                .orElseThrow(() -> unknown("ControlNet", name, controls.all().keySet()));
    }

    private static ApiException unknown(String kind, String name, Collection<String> known) {
        String shown = name.length() <= 80 ? name : name.substring(0, 80) + "...";
        return new ApiException(
                ErrorCode.UNKNOWN_NAME,
                known.isEmpty()
                        ? "there is no %s \"%s\": this server has none".formatted(kind, shown)
                        : "there is no %s \"%s\"; did you mean %s?".formatted(kind, shown, Nearest.of(shown, known)));
    }
}

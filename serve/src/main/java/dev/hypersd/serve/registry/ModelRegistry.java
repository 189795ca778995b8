package dev.hypersd.serve.registry;

import dev.hypersd.error.Nearest;
import dev.hypersd.image.Image;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.TargetModel;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The models, LoRAs and ControlNets that clients may name.
 *
 * @param defaultModel the model that is used when a request names none
 * @param defaultLoras the LoRAs that are applied to it unless a request sets others
 * @param defaultWords the textual inversion embeddings for its prompts
 * @param options how the other models are loaded
 * @param models the other models
 * @param loras the LoRA files
 * @param controlNets the ControlNets
 * @param preprocessors make what ControlNets follow, by name
 */
public record ModelRegistry(
        ServedModel defaultModel,
        List<LoraWeight> defaultLoras,
        List<LearnedWord> defaultWords,
        LoadOptions options,
        FileRegistry models,
        FileRegistry loras,
        FileRegistry controlNets,
        SequencedMap<String, UnaryOperator<Image>> preprocessors)
        implements NameResolver {
    /** Returns a registry of one model, without LoRAs and ControlNets. */
    public static ModelRegistry of(ModelSource model) {
        FileRegistry empty = FileRegistry.models(List.of());
        return new ModelRegistry(
                ServedModel.of(model), List.of(), List.of(), LoadOptions.DEFAULT, empty, empty, empty, new TreeMap<>());
    }

    /** Returns a warning about each file in the folders that is not offered. */
    public List<String> warnings() {
        return Stream.of(models, loras, controlNets)
                .flatMap(registry -> registry.warnings().stream())
                .toList();
    }

    /** Returns the name of the model that is used when a request names none. */
    public String defaultName() {
        ModelSource source = defaultModel.exact();
        return FileRegistry.name(
                source.options().checkpoints().stream().findFirst().orElse(source.location()));
    }

    /** Returns the names of all models, the default model first. */
    public List<String> modelNames() {
        List<String> names = new ArrayList<>(List.of(defaultName()));
        models.all().keySet().stream()
                .filter(name -> !name.equals(defaultName()))
                .forEach(names::add);
        return List.copyOf(names);
    }

    /** Returns whether there is a model of this name. */
    public boolean hasModel(String name) {
        return isDefault(name) || models.find(name).isPresent();
    }

    /**
     * Returns the model of this name.
     *
     * @throws ApiException if there is none; the message suggests the most similar names
     */
    public ServedModel model(String name) {
        return isDefault(name)
                ? defaultModel
                : models.find(name)
                        .map(location -> ServedModel.of(new ModelSource(location, options)))
                        .orElseThrow(() -> unknown("model", name, modelNames()));
    }

    private boolean isDefault(String name) {
        return name.equals(defaultName()) || FileRegistry.bare(name).equals(defaultName());
    }

    /**
     * Returns the properties of the model of this name that options are resolved with. It is named as in the options.
     */
    public TargetModel target(String name) {
        ModelSource source = model(name).exact();
        TargetModel target = new TargetModel(
                name,
                Stream.concat(source.options().checkpoints().stream(), Stream.of(source.location()))
                        .toList(),
                source.options().refiner().isPresent(),
                Optional.empty(),
                List.of(),
                List.of());
        return isDefault(name)
                ? target.with(
                        defaultLoras.stream()
                                .map(lora -> LoraReference.of(FileRegistry.name(lora.file()), lora.weight()))
                                .toList(),
                        defaultWords)
                : target;
    }

    /**
     * Returns the LoRA file of this name.
     *
     * @throws ApiException if there is none; the message suggests the most similar names
     */
    @Override
    public Path lora(String name) {
        return findLora(name)
                .orElseThrow(() -> unknown("LoRA", name, loras.all().keySet()));
    }

    @Override
    public Optional<Path> findLora(String name) {
        return loras.find(name)
                .or(() -> defaultLoras.stream()
                        .map(LoraWeight::file)
                        .filter(file -> FileRegistry.name(file).equals(FileRegistry.bare(name)))
                        .findFirst());
    }

    /**
     * Returns the ControlNet of this name.
     *
     * @throws ApiException if there is none; the message suggests the most similar names
     */
    @Override
    public Path controlNet(String name) {
        return controlNets
                .find(name)
                .orElseThrow(() -> unknown("ControlNet", name, controlNets.all().keySet()));
    }

    /** Returns an embedding of the default model; clients cannot name others. */
    @Override
    public Path embedding(String name) {
        throw unknown("embedding", name, List.of());
    }

    /**
     * Returns what a ControlNet follows, made of a picture.
     *
     * @throws ApiException if there is no such preprocessor; the message suggests the most similar names
     */
    @Override
    public Image preprocess(String preprocessor, Image picture) {
        UnaryOperator<Image> known = preprocessors.get(preprocessor);
        if (known == null) {
            throw unknown("preprocessor", preprocessor, preprocessors.keySet());
        }
        return known.apply(picture);
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

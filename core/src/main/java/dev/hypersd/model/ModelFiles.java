package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.checkpoint.StatedSchedule;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of a model: a directory in the diffusers layout, with checkpoint files that replace some of its networks.
 * Nothing is loaded.
 *
 * <p>The directory's {@code model_index.json} names the class of the pipeline and lists its parts, each of which is in
 * a folder of its name. Only classes known to this library are accepted, and code that comes with a model is never run.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class ModelFiles {
    private static final Pattern PIPELINE =
            Pattern.compile("StableDiffusion(XL)?(?:ControlNet)?(?:Img2Img|Inpaint)?Pipeline");
    static final String UNET = "unet";
    private static final String SCHEDULER = "scheduler";
    static final String INDEX = "model_index.json";
    private static final String CLASS_NAME = "_class_name";
    private static final Set<String> LIBRARIES = Set.of("diffusers", "transformers");

    /** The parts that pipelines list and this library does not use. */
    private static final Set<String> IGNORED = Set.of("safety_checker", "feature_extractor", "image_encoder");

    private final Path path;
    private final ModelFamily family;
    private final JsonObject index;
    private final Map<String, ModelPart> parts;

    ModelFiles(Path path, ModelFamily family, JsonObject index, Map<String, ModelPart> parts) {
        this.path = path;
        this.family = family;
        this.index = index;
        this.parts = parts;
    }

    /**
     * Opens a model directory.
     *
     * @throws InvalidFileException if it is not a model directory, is of an unknown class, lists parts of a foreign
     *     library or outside of itself, or lacks a folder that it lists
     */
    public static ModelFiles open(Path directory) {
        return open(directory, Optional.empty());
    }

    /**
     * Opens a model directory whose networks are read in {@code variant}, for example {@code "fp16"}, where they have
     * it.
     *
     * @throws InvalidFileException as {@link #open(Path)} does
     * @throws InvalidRequestException if no network has it
     */
    public static ModelFiles open(Path directory, String variant) {
        return open(directory, Optional.of(variant));
    }

    /** Returns this model with a U-Net that predicts {@code prediction}. */
    ModelFiles withPrediction(PredictionType prediction) {
        return find(SCHEDULER)
                .map(part -> with(part.withConfig(config -> config.with("prediction_type", prediction.text()))))
                .orElse(this);
    }

    /**
     * Returns this model with a noise schedule whose last timestep is pure noise, from which sampling then has to begin
     * (Lin et al., 2024).
     */
    private ModelFiles withZeroTerminalSnr() {
        return find(SCHEDULER)
                .map(part -> with(part.withConfig(
                        config -> config.with("rescale_betas_zero_snr", true).with("timestep_spacing", "trailing"))))
                .orElse(this);
    }

    static ModelFiles open(Path directory, Optional<String> variant) {
        if (Files.isRegularFile(directory)) {
            throw new InvalidFileException(
                    directory,
                    "is a file, without tokenizer and configurations; open a model directory and put the file over "
                            + "that");
        }
        JsonObject index = Json.read(directory.resolve(INDEX));
        ModelFamily family = family(index);
        Map<String, ModelPart> parts = new LinkedHashMap<>();
        for (String name : listed(index)) {
            parts.put(name, ModelPart.in(index.sibling(name), variant));
        }
        List<String> missing = parts.values().stream()
                .filter(part -> !Files.isDirectory(part.folder()))
                .map(ModelPart::name)
                .toList();
        if (!missing.isEmpty()) {
            throw index.invalid(String.join(", ", missing), "is listed in the index, but has no folder");
        }
        variant.ifPresent(name -> requireVariant(directory, parts.values(), name));
        return new ModelFiles(directory, family, index, parts);
    }

    private static void requireVariant(Path directory, Collection<ModelPart> parts, String variant) {
        Set<String> there = new TreeSet<>();
        parts.forEach(part -> there.addAll(part.variants()));
        if (!there.contains(variant)) {
            throw new InvalidRequestException("%s has no weights of variant %s; %s"
                    .formatted(
                            directory,
                            variant,
                            there.isEmpty()
                                    ? "there is no variant, leave it out"
                                    : "it has " + String.join(", ", there)));
        }
    }

    private static ModelFamily family(JsonObject index) {
        String className = index.string(CLASS_NAME, "");
        Matcher matcher = PIPELINE.matcher(className);
        if (!matcher.matches()) {
            throw index.invalid(
                    CLASS_NAME,
                    "is \"" + className + "\"; pipelines of StableDiffusion and StableDiffusionXL are supported");
        }
        if (matcher.group(1) == null) {
            return ModelFamily.SD15;
        }
        return index.flag("requires_aesthetics_score", false) ? ModelFamily.SDXL_REFINER : ModelFamily.SDXL;
    }

    /**
     * Returns the parts that the index lists as a pair of library and class. Other entries are options of the pipeline.
     */
    static List<String> listed(JsonObject index) {
        return index.keys().stream()
                .filter(name -> !name.startsWith("_") && !IGNORED.contains(name) && index.isList(name))
                .filter(name -> {
                    List<String> libraryAndClass = index.strings(name, List.of());
                    if (libraryAndClass.size() != 2) {
                        throw index.invalid(name, "must be a pair of library and class");
                    }
                    String library = libraryAndClass.getFirst();
                    if (!library.isEmpty() && !LIBRARIES.contains(library)) {
                        throw index.invalid(
                                name,
                                "comes from the library \"" + library
                                        + "\"; only parts of diffusers and transformers are supported, and no code "
                                        + "of a model is run");
                    }
                    return !library.isEmpty();
                })
                .toList();
    }

    /**
     * Returns this model with its networks replaced by those in {@code file}: all of them for a whole checkpoint, or
     * the U-Net alone. Configurations and tokenizers stay those of this model, except for the input channels of the
     * U-Net and the noise schedule that the file states.
     *
     * @throws InvalidFileException if the file is of another family or holds no part of a model
     */
    public ModelFiles with(Checkpoint file) {
        file.family().filter(other -> other != family).ifPresent(other -> {
            throw new InvalidFileException(
                    file.file(),
                    "is made for %s, the model in %s is %s".formatted(other.title(), path, family.title()));
        });
        Map<String, ModelPart> changed = new LinkedHashMap<>(parts);
        for (String part : file.parts()) {
            if (changed.computeIfPresent(part, (name, own) -> own.withWeights(() -> file.open(name))) == null) {
                throw new InvalidFileException(
                        file.file(), "holds a " + part + ", which the model in " + path + " has not");
            }
        }
        inputChannels(file)
                .ifPresent(channels -> changed.computeIfPresent(
                        UNET, (name, part) -> part.withConfig(config -> config.with("in_channels", channels))));
        ModelFiles files = new ModelFiles(path, family, index, changed);
        if (!file.parts().contains(UNET)) {
            return files;
        }
        StatedSchedule stated = file.schedule();
        files = stated.prediction().map(files::withPrediction).orElse(files);
        return stated.zeroTerminalSnr() ? files.withZeroTerminalSnr() : files;
    }

    /** Returns this model with its part of the name of {@code part} replaced by it. */
    ModelFiles with(ModelPart part) {
        Map<String, ModelPart> changed = new LinkedHashMap<>(parts);
        changed.put(part.name(), part);
        return new ModelFiles(path, family, index, changed);
    }

    /** Returns the number of input channels of its U-Net, by which U-Nets for inpainting are recognised. */
    static Optional<Integer> inputChannels(Checkpoint file) {
        return inputShape(file).map(shape -> (int) shape[1]);
    }

    /** Returns the shape {@code [C, channels, 3, 3]} of the first convolution of its U-Net. */
    static Optional<long[]> inputShape(Checkpoint file) {
        if (!file.parts().contains(UNET)) {
            return Optional.empty();
        }
        try (WeightSource weights = file.open(UNET)) {
            return weights.find("conv_in.weight").map(StoredTensor::shape).filter(shape -> shape.length == 4);
        }
    }

    /** Returns the directory. */
    public Path path() {
        return path;
    }

    public ModelFamily family() {
        return family;
    }

    /** Returns {@code model_index.json}, which also holds options of the pipeline. */
    public JsonObject index() {
        return index;
    }

    /** Returns all parts that exist, in the order of the index. */
    public Collection<ModelPart> parts() {
        return Collections.unmodifiableCollection(parts.values());
    }

    /** Returns the part {@code name}, if the model has it. */
    public Optional<ModelPart> find(String name) {
        return Optional.ofNullable(parts.get(name));
    }

    /**
     * Returns the part {@code name}.
     *
     * @throws InvalidFileException if the model does not have it
     */
    public ModelPart part(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    InvalidFileException missing(String name) {
        return index.invalid(name, "is not among the parts of this model");
    }
}

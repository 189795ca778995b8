package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.checkpoint.StatedSchedule;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
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
import java.util.function.Function;
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
    private static final String UNET = "unet";
    private static final String SCHEDULER = "scheduler";
    private static final int ORDINARY_CHANNELS = 4;
    private static final int SIZE_WITH_EPSILON = 64;
    private static final String TELLING_TENSOR = "up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias";
    private static final double SPREAD_WITH_V = 0.09;
    static final String INDEX = "model_index.json";
    private static final String CLASS_NAME = "_class_name";
    private static final Set<String> LIBRARIES = Set.of("diffusers", "transformers");

    /** The parts that pipelines list and this library does not use. */
    private static final Set<String> IGNORED = Set.of("safety_checker", "feature_extractor", "image_encoder");

    private final Path path;
    private final ModelFamily family;
    private final JsonObject index;
    private final Map<String, ModelPart> parts;

    private ModelFiles(Path path, ModelFamily family, JsonObject index, Map<String, ModelPart> parts) {
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

    /**
     * Returns the published configurations of {@code family}, for a checkpoint file that comes without; {@link #with}
     * adds the checkpoint, which provides the weights.
     *
     * @param tokenizers a directory with {@code tokenizer/} and, for SDXL, {@code tokenizer_2/}, such as a model
     *     directory; for the refiner only the latter
     * @throws InvalidFileException if a tokenizer is missing
     */
    public static ModelFiles published(ModelFamily family, Path tokenizers) {
        return published(ModelTemplate.of(family), tokenizers);
    }

    static ModelFiles published(ModelTemplate template, Path tokenizers) {
        return published(template, tokenizers, name -> {
            Path folder = tokenizers.resolve(name);
            if (!Files.isDirectory(folder)) {
                throw new InvalidFileException(
                        folder,
                        "not found; " + template.family().title()
                                + " needs this tokenizer, which lies in every model directory");
            }
            return ModelPart.in(folder);
        });
    }

    /**
     * Returns the published configurations that {@code checkpoint} is made for, and CLIP's tokenizer, which comes with
     * this library; {@link #with} adds the checkpoint.
     *
     * @throws InvalidFileException if it is only an autoencoder or a ControlNet
     */
    static ModelFiles published(Checkpoint checkpoint) {
        ModelTemplate template = ModelTemplate.of(checkpoint);
        requirePublishedWidth(checkpoint, template);
        ModelFiles files = published(
                template, checkpoint.file(), name -> ModelPart.publishedTokenizer(name, template.padding(name)));
        return template == ModelTemplate.SD2 ? files.ofSd2(checkpoint) : files;
    }

    /**
     * Returns the configurations of SD 2.x, which was published with v-prediction for 768 x 768 pixels, and with
     * epsilon for 512 x 512.
     */
    private ModelFiles ofSd2(Checkpoint checkpoint) {
        PredictionType prediction = checkpoint.schedule().prediction().orElseGet(() -> predictionOfSd2(checkpoint));
        return prediction == PredictionType.V_PREDICTION
                ? this
                : withPrediction(prediction)
                        .with(part(UNET).withConfig(config -> config.with("sample_size", SIZE_WITH_EPSILON)));
    }

    /**
     * Detects what a U-Net of SD 2.x predicts, where the file does not state it. The two kinds differ only in their
     * weights: after training for v, the bias of the last attention's first norm has a larger spread. ComfyUI uses the
     * same tensor and threshold. U-Nets for inpainting predict the noise.
     */
    private static PredictionType predictionOfSd2(Checkpoint checkpoint) {
        if (!inputChannels(checkpoint).equals(Optional.of(ORDINARY_CHANNELS))) {
            return PredictionType.EPSILON;
        }
        try (WeightSource weights = checkpoint.open(UNET)) {
            boolean isWide = weights.find(TELLING_TENSOR).stream()
                    .mapToDouble(ModelFiles::spread)
                    .anyMatch(spread -> spread > SPREAD_WITH_V);
            return isWide ? PredictionType.V_PREDICTION : PredictionType.EPSILON;
        }
    }

    /** Returns the standard deviation of the values. */
    private static double spread(StoredTensor tensor) {
        return Engine.infer(() -> TensorScope.released(
                () -> tensor.load().to(Dtype.F64.scalarType()).std(false).item_double()));
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

    /**
     * Refuses a network of another width than the published one. The numbers of heads and groups cannot be derived from
     * weights, so it needs a configuration of its own.
     */
    private static void requirePublishedWidth(Checkpoint checkpoint, ModelTemplate template) {
        JsonObject unet = template.config("unet/config.json");
        long width = unet.integers("block_out_channels", List.of()).getFirst();
        long textWidth = unet.integer("cross_attention_dim", 0);
        long[] input = inputShape(checkpoint).orElse(new long[] {width, 0});
        long text = checkpoint.textWidth().orElse(textWidth);
        if (input[0] != width || text != textWidth) {
            throw new InvalidFileException(
                    checkpoint.file(),
                    ("has a U-Net %d wide for text embeddings %d wide, the published models of %s are %d wide for %d: "
                                    + "name a model directory with its own configurations with --config-from")
                            .formatted(input[0], text, template.family().title(), width, textWidth));
        }
    }

    private static ModelFiles published(ModelTemplate template, Path path, Function<String, ModelPart> tokenizers) {
        JsonObject index = template.config(INDEX);
        Map<String, ModelPart> parts = new LinkedHashMap<>();
        for (String name : listed(index)) {
            if (name.startsWith("tokenizer")) {
                parts.put(name, tokenizers.apply(name));
                continue;
            }
            Path folder = path.resolve(name);
            String config = name.equals("scheduler") ? "scheduler/scheduler_config.json" : name + "/config.json";
            parts.put(name, new ModelPart(name, folder, () -> template.config(config), () -> {
                throw new InvalidFileException(folder, "is configured without weights; put a checkpoint over it");
            }));
        }
        return new ModelFiles(path, template.family(), index, parts);
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
    private static List<String> listed(JsonObject index) {
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
    private static Optional<Integer> inputChannels(Checkpoint file) {
        return inputShape(file).map(shape -> (int) shape[1]);
    }

    /** Returns the shape {@code [C, channels, 3, 3]} of the first convolution of its U-Net. */
    private static Optional<long[]> inputShape(Checkpoint file) {
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

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
 * The files that a model consists of: a directory as diffusers lays it out, with checkpoints in one file put over it
 * where wanted. Nothing is loaded here.
 *
 * <p>The directory's {@code model_index.json} says what class of pipeline the model was made for, and lists its parts;
 * each lies in a folder of its name. Only classes known here are accepted, and no code that comes with a model is ever
 * run.
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

    /** Parts that pipelines list and that this library does not use. */
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
     * @throws InvalidFileException if it is none, is of an unknown class, lists parts of a foreign library or outside
     *     of itself, or lacks a folder that it lists
     */
    public static ModelFiles open(Path directory) {
        return open(directory, Optional.empty());
    }

    /**
     * Opens a model directory whose networks are to be read in {@code variant}, for example {@code "fp16"}, where they
     * have it.
     *
     * @throws InvalidFileException as {@link #open(Path)} does
     * @throws InvalidRequestException if none of them has it
     */
    public static ModelFiles open(Path directory, String variant) {
        return open(directory, Optional.of(variant));
    }

    /**
     * Returns the published configurations of {@code family}, for a checkpoint in one file that comes without: put one
     * over this by {@link #with}. Its weights are all that is missing.
     *
     * @param tokenizers a directory with {@code tokenizer/} and, for SDXL, {@code tokenizer_2/}, such as a model
     *     directory; for the refiner the latter alone
     * @throws InvalidFileException if a tokenizer is not there
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
     * this library; put the checkpoint over this by {@link #with}.
     *
     * @throws InvalidFileException if it is no model but an autoencoder or a ControlNet alone
     */
    static ModelFiles published(Checkpoint checkpoint) {
        ModelTemplate template = ModelTemplate.of(checkpoint);
        requirePublishedWidth(checkpoint, template);
        ModelFiles files = published(
                template, checkpoint.file(), name -> ModelPart.publishedTokenizer(name, template.padding(name)));
        return template == ModelTemplate.SD2 ? files.ofSd2(checkpoint) : files;
    }

    /** SD 2.x was published with v-prediction for 768 x 768 pixels, and with epsilon for 512 x 512. */
    private ModelFiles ofSd2(Checkpoint checkpoint) {
        PredictionType prediction = checkpoint.schedule().prediction().orElseGet(() -> predictionOfSd2(checkpoint));
        return prediction == PredictionType.V_PREDICTION
                ? this
                : withPrediction(prediction)
                        .with(part(UNET).withConfig(config -> config.with("sample_size", SIZE_WITH_EPSILON)));
    }

    /**
     * What a U-Net of SD 2.x predicts, where the file does not say it. The two kinds differ by their weights only:
     * after training for v, the bias of the last attention's first norm spreads more widely. ComfyUI tells them apart
     * by the same tensor and threshold. U-Nets for inpainting predict the noise.
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

    /** With a last timestep of pure noise, which sampling then has to begin at (Lin et al., 2024). */
    private ModelFiles withZeroTerminalSnr() {
        return find(SCHEDULER)
                .map(part -> with(part.withConfig(
                        config -> config.with("rescale_betas_zero_snr", true).with("timestep_spacing", "trailing"))))
                .orElse(this);
    }

    /** Heads and groups cannot be read off weights, so that a network of another width needs its own configuration. */
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
                    "is a file, without tokenizer and configurations; open a model "
                            + "directory and put the file over that");
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
            throw index.invalid(String.join(", ", missing), "is listed, but there is no such folder");
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
     * Returns the parts that the index lists as a pair of library and class; other entries are options of the pipeline.
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
     * Returns this model with the networks that {@code file} holds in place of its own: all of them where it is a whole
     * checkpoint, or a U-Net alone. Configurations and tokenizers stay those of this model, but for the channels that a
     * U-Net takes, and what the file says of its noise schedule.
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

    /** Returns this model with {@code part} in place of its own part of the same name. */
    ModelFiles with(ModelPart part) {
        Map<String, ModelPart> changed = new LinkedHashMap<>(parts);
        changed.put(part.name(), part);
        return new ModelFiles(path, family, index, changed);
    }

    /** Only by these do U-Nets for inpainting differ from others. */
    private static Optional<Integer> inputChannels(Checkpoint file) {
        return inputShape(file).map(shape -> (int) shape[1]);
    }

    /** Returns the shape of the first convolution of its U-Net, [C, channels, 3, 3]. */
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

    /** {@code model_index.json}, which holds some options of the pipeline too. */
    public JsonObject index() {
        return index;
    }

    /** Returns all parts that are there, in the order of the index. */
    public Collection<ModelPart> parts() {
        return Collections.unmodifiableCollection(parts.values());
    }

    /** Returns the part called {@code name}, if the model has it. */
    public Optional<ModelPart> find(String name) {
        return Optional.ofNullable(parts.get(name));
    }

    /**
     * Returns the part called {@code name}.
     *
     * @throws InvalidFileException if the model has none
     */
    public ModelPart part(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    InvalidFileException missing(String name) {
        return index.invalid(name, "is not among the parts of this model");
    }
}

package dev.hypersd.cli;

import static java.lang.System.Logger.Level.INFO;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.Alphas;
import dev.hypersd.request.EmbeddingReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.TargetModel;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** The options that choose a model and how it is loaded. */
final class ModelOptions {
    private static final System.Logger LOG = System.getLogger(ModelOptions.class.getPackageName());

    private static final Optional<Path> TINY = Optional.of(Path.of("tiny"));
    private static final Optional<Path> OWN = Optional.of(Path.of("own"));

    /** The model; empty for the embedded one. */
    Optional<Path> model = Optional.empty();

    /** Sets the model. The embedded one has a name too, which the server writes into commands. */
    @CommandLine.Option(
            names = "--model",
            paramLabel = "DIR|FILE",
            description = "A model directory in the diffusers layout, or a single-file checkpoint. "
                    + "Default: the small one that comes with this program, " + EmbeddedModel.NAME + ".")
    void useModel(Path path) {
        boolean isEmbedded = path.equals(Path.of(EmbeddedModel.NAME)) && !Files.exists(path);
        model = isEmbedded ? Optional.empty() : Optional.of(path);
    }

    @CommandLine.Option(
            names = "--config-from",
            paramLabel = "DIR",
            description = "For a single-file checkpoint: a model directory to take tokenizer, configurations and what "
                    + "the file does not hold from. Default: what was published for the file's family.")
    Optional<Path> configFrom = Optional.empty();

    @CommandLine.Option(names = "--unet", paramLabel = "FILE", description = "A U-Net that replaces the model's own.")
    Optional<Path> unet = Optional.empty();

    @CommandLine.Option(
            names = "--vae",
            paramLabel = "DIR|FILE|NAME",
            description = "An autoencoder that replaces the model's own: a folder, for example of a TAESD, or a file "
                    + "of weights; \"tiny\" for the fast one of the model that comes with this program, "
                    + "\"own\" for the model's own.")
    Optional<Path> autoencoder = Optional.empty();

    @CommandLine.Option(
            names = "--lora",
            paramLabel = "FILE|NAME[:WEIGHT]",
            converter = Converters.Lora.class,
            description =
                    "A LoRA to apply to the model; may be given several times. \"none\" for none. For the model that "
                            + "comes with this program also a name: unified for its few-step LoRA, which is the "
                            + "default, hyper-1step, hyper-4steps, hyper-8steps, lcm, tcd, pcm, perflow, dmd2 and "
                            + "lightning-1step to -8steps for other methods, and flat, neon, outline, pixel or "
                            + "watercolour to draw everything in that style.")
    List<Optional<LoraReference>> loras = new ArrayList<>();

    @CommandLine.Option(
            names = "--embedding",
            paramLabel = "FILE[:WORD]",
            converter = Converters.Embedding.class,
            description = "A textual inversion embedding, used in prompts by the file's name or by WORD; may be "
                    + "given several times.")
    List<EmbeddingReference> embeddings = new ArrayList<>();

    @CommandLine.Option(
            names = "--lora-partial",
            negatable = true,
            description = "Apply the modules that fit of LoRAs that fit the model only partly.")
    Optional<Boolean> loraPartial = Optional.empty();

    @CommandLine.Option(
            names = "--lora-alphas",
            paramLabel = "RULE",
            description = "Where the alphas of a LoRA's modules differ: own (as the file says) or as_diffusers. "
                    + "Default: own.")
    Optional<Alphas> loraAlphas = Optional.empty();

    @CommandLine.Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "Which precision of the files to read, for example fp16.")
    Optional<String> variant = Optional.empty();

    @CommandLine.Option(
            names = "--prediction",
            paramLabel = "TYPE",
            converter = Converters.Prediction.class,
            description = "The prediction type of the U-Net: epsilon, v or sample. Default: that of its files.")
    Optional<PredictionType> prediction = Optional.empty();

    @CommandLine.Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = Converters.ComputingType.class,
            description = "What to compute with: f32, bf16, f16, int8 for linear layers and convolutions of quantised "
                    + "numbers, or auto for bf16 where the processor multiplies it and f32 elsewhere. Default: f32.")
    Optional<Dtype> dtype = Optional.empty();

    @CommandLine.Option(
            names = "--weights",
            paramLabel = "RULE",
            defaultValue = "converted",
            description =
                    "How to hold weights of another type than --dtype: converted (once) or as_stored (each time they "
                            + "are used, in half the memory for files in half precision). Default: converted.")
    WeightStorage weightStorage = WeightStorage.CONVERTED;

    @CommandLine.Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What to compute on: cpu or cuda. Default: cpu.")
    String device = "";

    /** Returns the location of the model that is named, or of the embedded one. */
    Path named() {
        return model.orElseGet(EmbeddedModel::folder);
    }

    /** Returns the options of pictures in this group: LoRAs, embeddings, and what the U-Net predicts. */
    GenerationOptions options() {
        GenerationOptions.Builder options = GenerationOptions.builder();
        if (!loras.isEmpty()) {
            options.set(Option.LORAS, loras.stream().flatMap(Optional::stream).toList());
        }
        if (!embeddings.isEmpty()) {
            options.set(Option.EMBEDDINGS, embeddings);
        }
        loraPartial.ifPresent(partial -> options.set(Option.LORA_PARTIAL, partial));
        loraAlphas.ifPresent(rule -> options.set(Option.LORA_ALPHAS, rule));
        prediction.ifPresent(type -> options.set(Option.PREDICTION, type));
        return options.build();
    }

    /** Returns the properties of {@code source} with the LoRA that comes with the embedded model. */
    TargetModel target(ModelSource source) {
        boolean isEmbedded = model.isEmpty() && unet.isEmpty();
        return TargetModel.of(source)
                .with(isEmbedded ? List.of(LoraReference.of(EmbeddedModel.lora().toString())) : List.of(), List.of());
    }

    /** Makes a request from {@code options}, and prints the preset that is used and all warnings to {@code err}. */
    ImageRequest request(GenerationOptions options, ModelSource source, PrintWriter err) {
        ResolvedOptions resolved = resolve(options, source);
        resolved.preset().ifPresent(preset -> err.println("preset " + preset));
        Warnings warnings = new Warnings(err);
        resolved.warnings().forEach(warnings::say);
        return resolved.request();
    }

    /** Makes a request from {@code options}. */
    ResolvedOptions resolve(GenerationOptions options, ModelSource source) {
        return options.resolve(target(source), new ProgramNames(model.isEmpty()));
    }

    /** Returns the source of the model that these options name; all its files exist. */
    ModelSource source() {
        LoadOptions options = plainOptions();
        options = variant.map(options::withVariant).orElse(options);
        options = prediction.map(options::withPrediction).orElse(options);
        options = autoencoder().map(options::withAutoencoder).orElse(options);
        Path named = named();
        Path location = named;
        if (Files.isRegularFile(named)) {
            location = configFrom.orElse(named);
            options = configFrom.isPresent() ? options.withCheckpoint(named) : options;
        } else if (!Files.exists(named)) {
            throw new InvalidFileException(
                    named, "not found; --model takes a directory with a model_index.json, or a safetensors file");
        }
        options = unet.map(options::withCheckpoint).orElse(options);
        return new ModelSource(location, options);
    }

    private Optional<Path> autoencoder() {
        if (autoencoder.equals(OWN)) {
            return Optional.empty();
        }
        return autoencoder.equals(TINY) && model.isEmpty() ? Optional.of(EmbeddedModel.tinyAutoencoder()) : autoencoder;
    }

    /** Chooses the fastest settings for the embedded model where no others are given. */
    void preferSpeed() {
        if (model.isEmpty()) {
            autoencoder = autoencoder.or(() -> TINY);
            dtype = dtype.or(() -> Optional.of(Engine.fastestDtype()));
        }
    }

    /** Returns how to load any model with the placement in these options. */
    LoadOptions plainOptions() {
        Placement placement = Placement.drawing(dtype.orElse(Dtype.F32), weightStorage, Device.named(device));
        LOG.log(INFO, placement::describe);
        return LoadOptions.DEFAULT.withPlacement(placement);
    }
}

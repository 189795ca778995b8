package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.nn.Placement;
import dev.hypersd.nn.WeightStorage;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preset.Alphas;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.LoraWeight;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** Which model to draw with, and how to load it. */
final class ModelOptions {
    private static final Optional<Path> TINY = Optional.of(Path.of("tiny"));
    private static final Optional<Path> OWN = Optional.of(Path.of("own"));

    @Option(
            names = "--model",
            paramLabel = "DIR|FILE",
            description =
                    "A model directory in the diffusers layout, or a single-file checkpoint (with --config-from). Default: the small one that comes with this program.")
    Optional<Path> model = Optional.empty();

    @Option(
            names = "--config-from",
            paramLabel = "DIR",
            description = "For a single-file checkpoint: the model directory that has tokenizer and configurations.")
    Optional<Path> configFrom = Optional.empty();

    @Option(names = "--unet", paramLabel = "FILE", description = "A U-Net to put in place of the model's own.")
    Optional<Path> unet = Optional.empty();

    @Option(
            names = "--vae",
            paramLabel = "DIR|FILE|NAME",
            description =
                    "An autoencoder to put in place of the model's own: a folder, for example of a TAESD, or a file of weights; \"tiny\" for the fast one of the model that comes with this program, \"own\" for the model's own.")
    Optional<Path> autoencoder = Optional.empty();

    @Option(
            names = "--lora",
            paramLabel = "FILE|NAME[:WEIGHT]",
            converter = LoraOption.Converter.class,
            description =
                    "A LoRA to lay over the model; may be given several times. \"none\" for none. For the model that comes with this program also a name: unified for its few-step LoRA, which is the default, hyper-1step, hyper-4steps, hyper-8steps, lcm, tcd, pcm, perflow, dmd2 and lightning-1step to -8steps for other methods, and flat, neon, outline, pixel or watercolour to draw everything in that style.")
    List<LoraOption> loras = new ArrayList<>();

    @Option(
            names = "--embedding",
            paramLabel = "FILE[:WORD]",
            converter = EmbeddingOption.class,
            description =
                    "A word learned by textual inversion, for use in prompts by the file's name or by WORD; may be given several times.")
    List<LearnedWord> words = new ArrayList<>();

    @Option(names = "--lora-partial", description = "Apply what fits of LoRAs that do not fit in whole.")
    boolean loraPartial;

    @Option(
            names = "--lora-alphas",
            paramLabel = "RULE",
            defaultValue = "own",
            description =
                    "Where the alphas of a LoRA's modules differ: own (as the file says) or as_diffusers. Default: own.")
    Alphas loraAlphas = Alphas.OWN;

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            description = "Which precision of the files to read, for example fp16.")
    Optional<String> variant = Optional.empty();

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = DtypeConverter.class,
            description = "What to compute with: f32, bf16 or f16. Default: f32.")
    Optional<Dtype> dtype = Optional.empty();

    @Option(
            names = "--weights",
            paramLabel = "RULE",
            defaultValue = "converted",
            description =
                    "How to hold weights of another type than --dtype: converted (once) or as_stored (each time they are used, in half the memory for files in half precision). Default: converted.")
    WeightStorage weightStorage = WeightStorage.CONVERTED;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What to compute on: cpu or cuda. Default: cpu.")
    String device = "";

    /** The model that is named, or the embedded one. */
    Path named() {
        return model.orElseGet(EmbeddedModel::folder);
    }

    /** The LoRAs that are named; where nothing is said, those that come with the model. */
    List<LoraOption> chosenLoras() {
        if (loras.isEmpty() && model.isEmpty() && unet.isEmpty()) {
            return List.of(new LoraOption(EmbeddedModel.lora(), OptionalDouble.empty()));
        }
        return loras.stream()
                .filter(lora -> !lora.equals(LoraOption.NONE))
                .map(this::found)
                .toList();
    }

    /** Where {@code lora} is: a file, or of the embedded model's LoRAs the one of this name. */
    LoraOption found(LoraOption lora) {
        return model.isPresent() || Files.exists(lora.file())
                ? lora
                : new LoraOption(
                        EmbeddedModel.loras().getOrDefault(lora.file().toString(), lora.file()), lora.weight());
    }

    /** The chosen LoRAs, those without a weight with that of their preset. */
    List<LoraWeight> weights() {
        LoraWeight.Fit fit = loraPartial ? LoraWeight.Fit.PARTIAL : LoraWeight.Fit.WHOLE;
        return chosenLoras().stream()
                .map(lora -> new LoraWeight(
                        lora.file(),
                        lora.weight()
                                .orElse(Presets.forFile(lora.file())
                                        .map(Preset::loraScale)
                                        .orElse(1.0)),
                        fit,
                        loraAlphas))
                .toList();
    }

    /** Loads the model to draw {@code first} with. */
    DiffusionPipeline load(ImageRequest first) {
        ModelSource source = source();
        return DiffusionPipeline.load(source, first);
    }

    /** What these options name, all of it there. */
    ModelSource source() {
        LoadOptions options = plainOptions();
        options = variant.map(options::withVariant).orElse(options);
        options = autoencoder().map(options::withAutoencoder).orElse(options);
        Path named = named();
        Path directory = named;
        if (Files.isRegularFile(named)) {
            directory = configFrom.orElseThrow(
                    () -> new InvalidRequestException(
                            named
                                    + " is a single file, which holds weights only: name a model directory of the same family with --config-from, for its tokenizer and configurations"));
            options = options.withCheckpoint(named);
        } else if (!Files.exists(named)) {
            throw new InvalidFileException(
                    named, "not found; --model takes a directory with a model_index.json, or a safetensors file");
        }
        options = unet.map(options::withCheckpoint).orElse(options);
        return new ModelSource(directory, options);
    }

    private Optional<Path> autoencoder() {
        if (autoencoder.equals(OWN)) {
            return Optional.empty();
        }
        return autoencoder.equals(TINY) && model.isEmpty() ? Optional.of(EmbeddedModel.tinyAutoencoder()) : autoencoder;
    }

    /** For the embedded model: chooses what makes its pictures come fast, where nothing is said. */
    void preferSpeed() {
        if (model.isEmpty()) {
            autoencoder = autoencoder.or(() -> TINY);
            dtype = dtype.or(() -> Optional.of(Engine.fastestDtype()));
        }
    }

    /** How to load any model: held as is asked for. */
    LoadOptions plainOptions() {
        return LoadOptions.DEFAULT.withPlacement(
                new Placement(dtype.orElse(Dtype.F32), weightStorage, Device.named(device)));
    }
}

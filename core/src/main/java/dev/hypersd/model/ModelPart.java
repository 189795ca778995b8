package dev.hypersd.model;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.tokenizer.VocabularyFiles;
import dev.hypersd.vae.Autoencoder;
import dev.hypersd.vae.AutoencoderConfig;
import dev.hypersd.weights.ScaledWeights;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightFolder;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One part of a model: a network, a tokenizer or a scheduler. Its configuration and the headers of its weights are read
 * when they are first needed, and only once.
 *
 * <p>Safe to share between threads.
 */
public final class ModelPart {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.model");

    private static final String CONFIG = "config.json";
    private static final String CLASS_NAME = "_class_name";
    private static final String ARCHITECTURES = "architectures";
    private static final int NAMED_IN_WARNING = 5;

    private final String name;
    private final Path folder;
    private final Supplier<JsonObject> config;
    private final Supplier<WeightSource> weights;

    /** The padding token, if this is the tokenizer that comes with this library. */
    private final Optional<String> publishedPadding;

    ModelPart(String name, Path folder, Supplier<JsonObject> config, Supplier<WeightSource> weights) {
        this(name, folder, config, weights, Optional.empty());
    }

    private ModelPart(
            String name,
            Path folder,
            Supplier<JsonObject> config,
            Supplier<WeightSource> weights,
            Optional<String> publishedPadding) {
        this.name = name;
        this.folder = folder;
        this.config = once(config);
        this.weights = once(weights);
        this.publishedPadding = publishedPadding;
    }

    /** Creates CLIP's published tokenizer with {@code padding} as its padding token. */
    static ModelPart publishedTokenizer(String name, String padding) {
        Path folder = Path.of("published", name);
        return new ModelPart(
                name,
                folder,
                () -> {
                    throw new InvalidFileException(folder, "is a tokenizer, which has no " + CONFIG);
                },
                () -> {
                    throw new InvalidFileException(folder, "is a tokenizer, which has no weights");
                },
                Optional.of(padding));
    }

    /** Returns a supplier that keeps the value of the first successful call of {@code supplier}. */
    private static <T> Supplier<T> once(Supplier<T> supplier) {
        return new Supplier<>() {
            private Optional<T> value = Optional.empty();

            @Override
            public synchronized T get() {
                T found = value.orElseGet(supplier);
                value = Optional.of(found);
                return found;
            }
        };
    }

    /** Opens a network in a folder of its own, such as a ControlNet or a tiny autoencoder. */
    public static ModelPart in(Path folder) {
        return in(folder, Optional.empty());
    }

    /**
     * Opens a network whose files are laid out in a way of their own.
     *
     * @param folder where they lie
     * @param config reads the configuration
     * @param weights opens the weights
     */
    public static ModelPart of(Path folder, Supplier<JsonObject> config, Supplier<WeightSource> weights) {
        return new ModelPart(String.valueOf(folder.getFileName()), folder, config, weights);
    }

    /** Opens a network in a folder of its own, with its weights in {@code variant}, for example {@code "fp16"}. */
    public static ModelPart in(Path folder, String variant) {
        return in(folder, Optional.of(variant));
    }

    static ModelPart in(Path folder, Optional<String> variant) {
        String name = String.valueOf(folder.getFileName());
        // Schedulers have no weights; all others, no matter what library they are of, name their configuration alike.
        Path file = folder.resolve(name.equals("scheduler") ? "scheduler_config.json" : CONFIG);
        Supplier<JsonObject> config = once(() -> Json.read(file));
        return new ModelPart(name, folder, config, () -> open(folder, stem(config.get()), variant));
    }

    private static WeightSource open(Path folder, String stem, Optional<String> variant) {
        return ScaledWeights.view(
                variant.map(v -> WeightFolder.open(folder, stem, v)).orElseGet(() -> WeightFolder.open(folder, stem)));
    }

    /**
     * Returns the name of the weights' file without its extension. diffusers and transformers use different names, and
     * only diffusers writes the class into the configuration.
     */
    static String stem(JsonObject config) {
        return config.has(CLASS_NAME) ? "diffusion_pytorch_model" : "model";
    }

    /** Returns this part with other weights. */
    ModelPart withWeights(Supplier<WeightSource> other) {
        return new ModelPart(name, folder, config, other, publishedPadding);
    }

    /** Returns this part under another name. */
    ModelPart withName(String other) {
        return new ModelPart(other, folder, config, weights, publishedPadding);
    }

    /** Returns this part with its configuration changed. */
    ModelPart withConfig(UnaryOperator<JsonObject> change) {
        return new ModelPart(name, folder, () -> change.apply(config()), weights, publishedPadding);
    }

    /** Returns the name of its folder, such as {@code "unet"}. */
    public String name() {
        return name;
    }

    /**
     * Reads the tokenizer.
     *
     * @throws InvalidFileException if its files are missing or broken
     */
    public ClipTokenizer tokenizer() {
        return publishedPadding.map(ClipTokenizer::published).orElseGet(() -> ClipTokenizer.open(folder));
    }

    /** Returns the files of the tokenizer that comes with this library, by name; empty for a part in a folder. */
    Optional<Map<String, byte[]>> publishedFiles() {
        return publishedPadding.map(padding -> VocabularyFiles.published().files(padding));
    }

    /** Returns the folder with its files. */
    public Path folder() {
        return folder;
    }

    /** Returns its configuration. */
    public JsonObject config() {
        return config.get();
    }

    /** Returns the class name in its configuration. */
    public String className() {
        return className(config());
    }

    /**
     * Opens its weights, under the names that the file gives them, with a mapping of their own. The caller closes them.
     */
    public WeightSource openWeights() {
        return weights.get().reopened();
    }

    /** Returns its weights for reading names, types and shapes only; they need no closing. */
    WeightSource headers() {
        return weights.get();
    }

    /**
     * Returns the variants of its weights, not counting weights without a variant; a tokenizer or a scheduler has none.
     */
    List<String> variants() {
        return Files.exists(folder.resolve(CONFIG)) ? WeightFolder.variants(folder, stem(config())) : List.of();
    }

    /** Returns the size of its weights in bytes under {@code placement}; only headers are read. */
    long weightBytes(Placement placement) {
        WeightSource source = headers();
        return source.names().stream()
                .flatMap(tensor -> source.find(tensor).stream())
                .filter(tensor -> tensor.dtype().isFloatingPoint())
                .mapToLong(tensor -> Shapes.count(tensor.shape()) * bytes(tensor, placement))
                .sum();
    }

    private static long bytes(StoredTensor tensor, Placement placement) {
        return placement
                .products()
                .filter(_ -> PackedWeight.fits(tensor.shape()))
                .orElseGet(() -> placement.held(tensor.dtype()))
                .bytes();
    }

    /**
     * Reads and checks the configuration.
     *
     * @throws InvalidFileException if it is of another class or broken
     */
    <C, N> OpenedNetwork<C, N> open(NetworkType<C, N> type) {
        requireClass(type.className());
        return new OpenedNetwork<>(this, type, type.reader().apply(config()));
    }

    /**
     * Reads and checks the configuration of an autoencoder of either kind.
     *
     * @throws InvalidFileException if it is of another class or broken
     */
    OpenedNetwork<? extends AutoencoderConfig, ? extends Autoencoder> openAutoencoder() {
        return NetworkType.of(config()).equals(NetworkType.AUTOENCODER_TINY)
                ? open(NetworkType.AUTOENCODER_TINY)
                : open(NetworkType.AUTOENCODER_KL);
    }

    /**
     * Builds the network. Tensors in the file that the network does not use are named in a warning.
     *
     * @param dtype the type in which it computes; weights stored in another type are converted
     * @param arena the owner of its tensors and of the file
     * @throws InvalidFileException if the configuration is of another class or broken, or the weights do not fit it
     */
    public <N> Network<N> load(NetworkType<?, N> type, Dtype dtype, TensorArena arena) {
        return load(type, Placement.of(dtype), arena);
    }

    /**
     * Builds the network as {@link #load(NetworkType, Dtype, TensorArena)} does, with weights held as {@code placement}
     * specifies.
     */
    public <N> Network<N> load(NetworkType<?, N> type, Placement placement, TensorArena arena) {
        return open(type).load(placement, arena);
    }

    /**
     * Builds an autoencoder of the kind in its configuration.
     *
     * @param arena the owner of its tensors and of the file
     * @throws InvalidFileException if the configuration is of another class or broken, or the weights do not fit it
     */
    public Autoencoder loadAutoencoder(Placement placement, TensorArena arena) {
        return openAutoencoder().load(placement, arena).network();
    }

    /**
     * Builds an autoencoder for a U-Net.
     *
     * @param latentChannels the number of channels of the U-Net's latents
     * @throws InvalidFileException as {@link #loadAutoencoder(Placement, TensorArena)}, or if the autoencoder's latents
     *     have another number of channels
     */
    public Autoencoder loadAutoencoder(int latentChannels, Placement placement, TensorArena arena) {
        return openAutoencoder(latentChannels).load(placement, arena).network();
    }

    /**
     * Reads the configuration as {@link #openAutoencoder()} does, and refuses an autoencoder whose latents do not have
     * {@code latentChannels} channels.
     */
    OpenedNetwork<? extends AutoencoderConfig, ? extends Autoencoder> openAutoencoder(int latentChannels) {
        OpenedNetwork<? extends AutoencoderConfig, ? extends Autoencoder> autoencoder = openAutoencoder();
        int own = autoencoder.config().latentChannels();
        if (own != latentChannels) {
            throw config().invalid(
                            "latent_channels",
                            "is " + own + ", but the U-Net makes latents of " + latentChannels
                                    + " channels; name an autoencoder that was made for this model");
        }
        return autoencoder;
    }

    /** Builds the network from the weights in {@code source}, which must stay open for {@link Network#evictPages}. */
    static <N> Network<N> load(
            WeightSource source, Function<Parameters, N> maker, Placement placement, TensorArena arena) {
        StoredParameters stored = new StoredParameters(source, placement, arena);
        Parameters parameters = new Parameters(stored);
        N network = maker.apply(parameters);
        warnOf(stored.unused().stream().sorted().toList(), source.file());
        return new Network<>(network, parameters.taken(), source);
    }

    static String className(JsonObject config) {
        return config.optionalString(CLASS_NAME)
                .orElseGet(() -> String.join(", ", config.strings(ARCHITECTURES, List.of())));
    }

    /** Refuses a configuration of another class. */
    void requireClass(String expected) {
        JsonObject config = config();
        String found = className(config);
        if (!found.equals(expected)) {
            throw config.invalid(
                    config.has(CLASS_NAME) ? CLASS_NAME : ARCHITECTURES,
                    found.isEmpty() ? "is missing, expected " + expected : "is " + found + ", not " + expected);
        }
    }

    private static void warnOf(List<String> unused, Path file) {
        if (!unused.isEmpty()) {
            LOG.log(
                    WARNING,
                    "{0}: {1} tensors belong to no layer and are ignored: {2}{3}",
                    file,
                    unused.size(),
                    String.join(", ", unused.stream().limit(NAMED_IN_WARNING).toList()),
                    unused.size() > NAMED_IN_WARNING ? ", ..." : "");
        }
    }

    @Override
    public String toString() {
        return name + " in " + folder;
    }
}

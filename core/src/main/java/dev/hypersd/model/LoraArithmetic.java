package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.Delta;
import dev.hypersd.lora.Factors;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.LoraWriter;
import dev.hypersd.lora.LowRankSums;
import dev.hypersd.lora.Spelling;
import dev.hypersd.nn.Parameter;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * Computes LoRA files from others, or from the difference of two models. It uses the names and shapes of a model and
 * does not load the model.
 */
public final class LoraArithmetic implements AutoCloseable {
    /** A metadata key of some programs that no longer holds for a computed file. */
    private static final String ALPHAS_IN_HEADER = "lora_adapter_metadata";

    private final ModelShapes model;
    private final LoraTargets targets;

    /**
     * The file of a result and its format.
     *
     * @param dtype the type of the factors; empty for that of the first source
     */
    public record Result(Path file, Spelling spelling, Optional<Dtype> dtype) {}

    private LoraArithmetic(ModelShapes model) {
        this.model = model;
        this.targets = model.loraTargets();
    }

    /** Opens the arithmetic for the model in {@code directory}. */
    public static LoraArithmetic of(Path directory) {
        return new LoraArithmetic(ModelShapes.of(OpenedDenoiser.of(ModelFiles.open(directory))));
    }

    /** Opens the arithmetic for models of the published sizes of {@code family}. */
    public static LoraArithmetic of(ModelFamily family) {
        return new LoraArithmetic(ModelShapes.of(family));
    }

    /**
     * Opens the arithmetic for the model family that the LoRA {@code file} seems to be made for.
     *
     * @throws InvalidFileException if the family cannot be derived
     */
    public static LoraArithmetic guessedFor(Path file) {
        try (LoraFile lora = LoraFile.open(file)) {
            Optional<String> guess = lora.family();
            for (ModelFamily family : ModelFamily.values()) {
                if (guess.filter(family.title()::equals).isPresent()) {
                    return of(family);
                }
            }
            throw new InvalidFileException(
                    file,
                    "is not told by its names to be for SD 1.5 or SDXL%s; name a directory of its model"
                            .formatted(guess.map(g -> ", but for " + g).orElse("")));
        }
    }

    /**
     * Writes the weighted sum of {@code sources}, with the sum of their ranks; {@code blocks} are additional factors. A
     * single source of weight 1 is written unchanged except for its spelling.
     *
     * @throws InvalidFileException if a source does not fit the model completely
     */
    public void merge(List<LoraWeight> sources, BlockWeights blocks, Result result) {
        write(sources, blocks, result, LowRankSums::sum);
    }

    /** Writes {@code source} with each change reduced to its leading singular vectors, at most {@code rank}. */
    public void resize(Path source, long rank, Result result) {
        requireRank(rank);
        write(List.of(new LoraWeight(source, 1)), BlockWeights.EVEN, result, terms -> {
            Factors factors = terms.getFirst();
            return rank < factors.down().size(0) ? LowRankSums.truncated(factors, rank) : factors;
        });
    }

    private void write(
            List<LoraWeight> sources, BlockWeights blocks, Result result, Function<List<Factors>, Factors> make) {
        List<Lora> open = new ArrayList<>();
        try {
            sources.forEach(source -> open.add(Lora.fit(LoraFile.open(source.file()), targets)));
            open.forEach(lora -> requireNoWords(lora.file()));
            Engine.infer(() -> {
                Map<Parameter, List<Factors>> terms = new LinkedHashMap<>();
                for (int i = 0; i < open.size(); i++) {
                    double weight = sources.get(i).weight();
                    open.get(i)
                            .changes()
                            .forEach(change -> terms.computeIfAbsent(change.target(), t -> new ArrayList<>())
                                    .add(LowRankSums.scaled(factors(change), weight * ofBlock(blocks, change))));
                }
                Dtype dtype = result.dtype()
                        .orElse(open.getFirst()
                                .file()
                                .modules()
                                .getFirst()
                                .delta()
                                .tensors()
                                .getFirst()
                                .dtype());
                List<Factors> made = terms.values().stream().map(make).toList();
                new LoraWriter(targets, result.spelling(), dtype).write(result.file(), made, metadata(sources, open));
                return result;
            });
        } finally {
            open.forEach(Lora::close);
        }
    }

    /** Refuses files with textual inversion embeddings, which would be lost. */
    private static void requireNoWords(LoraFile file) {
        if (!file.words().isEmpty()) {
            throw new InvalidFileException(
                    file.path(),
                    "contains the textual inversions %s, which no other LoRA can take; draw with it as it is"
                            .formatted(String.join(", ", file.words())));
        }
    }

    private double ofBlock(BlockWeights blocks, Lora.Change change) {
        return blocks.of(network(change.target()), change.target().name());
    }

    private Component network(Parameter parameter) {
        return model.networks().entrySet().stream()
                .filter(network -> network.getValue().get(parameter.name()) == parameter)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static Factors factors(Lora.Change change) {
        Delta.Product product = change.module().product();
        return new Factors(
                change.target(),
                product.down().load(),
                product.up().load(),
                change.module().alpha());
    }

    private static Map<String, String> metadata(List<LoraWeight> sources, List<Lora> loras) {
        if (loras.size() > 1) {
            return Map.of(
                    "merged_from",
                    sources.stream()
                            .map(source -> source.file().getFileName() + ":" + source.weight())
                            .collect(Collectors.joining(", ")));
        }
        Map<String, String> metadata =
                new LinkedHashMap<>(loras.getFirst().file().metadata());
        metadata.remove(ALPHAS_IN_HEADER);
        return metadata;
    }

    /**
     * Writes the LoRA of rank {@code rank} that is nearest to the difference of two models, for every matrix and filter
     * in which they differ.
     *
     * @param base a model directory or a checkpoint file, like {@code tuned}
     * @throws InvalidRequestException if they do not differ
     */
    public void extract(Path base, Path tuned, long rank, Result result) {
        requireRank(rank);
        Engine.infer(() -> {
            List<Factors> made = new ArrayList<>();
            model.networks().forEach((component, parameters) -> {
                try (WeightSource from = weights(base, component);
                        WeightSource to = weights(tuned, component)) {
                    parameters.values().stream()
                            .filter(LoraArithmetic::isLayer)
                            .forEach(p -> change(p, from, to, rank).ifPresent(made::add));
                }
            });
            if (made.isEmpty()) {
                throw new InvalidRequestException(
                        "%s and %s have the same weights: there is nothing to extract".formatted(base, tuned));
            }
            new LoraWriter(targets, result.spelling(), result.dtype().orElse(Dtype.F16))
                    .write(
                            result.file(),
                            made,
                            Map.of("extracted_from", tuned.getFileName() + " - " + base.getFileName()));
            return result;
        });
    }

    /**
     * Returns whether other programs support LoRAs of this parameter: weights of linear layers and convolutions, but
     * not embeddings.
     */
    private static boolean isLayer(Parameter parameter) {
        return parameter.name().endsWith(".weight")
                && parameter.shape().length >= 2
                && !parameter.name().contains("_embedding.weight");
    }

    /** Returns the low-rank difference of one weight, if there is any. */
    private static Optional<Factors> change(Parameter parameter, WeightSource from, WeightSource to, long rank) {
        return TensorScope.keeping(
                () -> {
                    Tensor difference = load(to, parameter).sub(load(from, parameter));
                    return difference.any().item_bool()
                            ? Optional.of(LowRankSums.nearestTo(parameter, difference, rank))
                            : Optional.<Factors>empty();
                },
                change -> change.map(f -> List.of(f.down(), f.up())).orElse(List.of()));
    }

    private static Tensor load(WeightSource source, Parameter parameter) {
        return source.find(parameter.name())
                .filter(tensor -> Arrays.equals(tensor.shape(), parameter.shape()))
                .orElseThrow(() -> new InvalidFileException(
                        source.file(), "has no weight " + parameter.name() + " of the size that the model has"))
                .load()
                .to(Dtype.F32.scalarType());
    }

    private static WeightSource weights(Path model, Component component) {
        WeightSource source = Files.isDirectory(model)
                ? ModelFiles.open(model).part(component.folder()).openWeights()
                : Checkpoint.recognise(model).open(component.folder());
        return component == Component.UNET ? source : ClipTextModel.named(source);
    }

    private static void requireRank(long rank) {
        if (rank < 1) {
            throw new InvalidRequestException("the rank of a LoRA must be at least 1, not " + rank);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}

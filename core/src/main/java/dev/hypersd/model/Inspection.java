package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Delta;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraModule;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A description of a file or a directory, made from names, shapes and configurations. No weights are loaded except the
 * alphas of a LoRA.
 *
 * @param path the inspected file or directory
 * @param kind its kind
 * @param family the model family, such as {@code "SDXL"}; empty where it cannot be derived
 * @param parts its networks, in the order of the file or the index
 * @param adapter the changed layers, if it is a LoRA
 * @param metadata the strings in the header of the file
 */
public record Inspection(
        Path path,
        Kind kind,
        Optional<String> family,
        List<Part> parts,
        Optional<Adapter> adapter,
        Map<String, String> metadata) {
    /** The kinds of files and directories. */
    public enum Kind {
        MODEL_DIRECTORY("model directory"),
        NETWORK_DIRECTORY("directory of one network"),
        CHECKPOINT("checkpoint"),
        LORA("LoRA"),
        TENSORS("file of tensors of no kind known here");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** Returns the name for messages. */
        public String title() {
            return title;
        }
    }

    /**
     * One network, or one variant of its weights.
     *
     * @param name its name, such as {@code "unet"}; {@code "other"} for the rest of a file
     * @param className the class that its configuration names; empty where there is no configuration
     * @param variant {@code "fp16"}; empty for weights without variant
     * @param tensors the number of tensors
     * @param parameters the number of elements by type
     */
    public record Part(String name, String className, String variant, int tensors, SortedMap<Dtype, Long> parameters) {
        /** Returns the number of elements of all types. */
        public long count() {
            return parameters.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Returns the size of the stored values in bytes. */
        public long bytes() {
            return parameters.entrySet().stream()
                    .mapToLong(e -> e.getKey().bytes() * e.getValue())
                    .sum();
        }
    }

    /**
     * The layers that a LoRA changes.
     *
     * @param ranks the ranks that occur
     * @param scales the values of alpha / rank that occur
     * @param targets the number of modules of each network and kind: {@code "unet attention" -> 256}
     * @param kinds the number of changes of each kind, {@code "LoHa" -> 64}, see {@link LoraModule#kind}
     * @param words the textual inversion embeddings that the file contains
     * @param foreign tensors that are not part of a LoRA
     */
    public record Adapter(
            SortedSet<Long> ranks,
            SortedSet<Double> scales,
            SortedMap<String, Integer> targets,
            SortedMap<String, Integer> kinds,
            SortedSet<String> words,
            List<String> foreign) {
        /** Returns the number of changed modules. */
        public int modules() {
            return targets.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private static final String OTHER = "other";
    private static final Pattern FEED_FORWARD = Pattern.compile("[._](ff[._]net|mlp)[._]");

    /**
     * Inspects {@code path}.
     *
     * @throws InvalidFileException if it is missing or broken, or a directory without configuration
     */
    public static Inspection of(Path path) {
        if (!Files.isDirectory(path)) {
            return file(path);
        }
        return Files.exists(path.resolve("config.json")) ? network(path) : model(path);
    }

    private static Inspection model(Path directory) {
        ModelFiles model = ModelFiles.open(directory);
        List<Part> parts = new ArrayList<>();
        for (ModelPart part : model.parts()) {
            if (Files.exists(part.folder().resolve("config.json"))) {
                parts.addAll(variants(part));
            }
        }
        return new Inspection(
                directory,
                Kind.MODEL_DIRECTORY,
                Optional.of(model.family().title()),
                List.copyOf(parts),
                Optional.empty(),
                Map.of());
    }

    private static Inspection network(Path directory) {
        return new Inspection(
                directory,
                Kind.NETWORK_DIRECTORY,
                Optional.empty(),
                variants(ModelPart.in(directory)),
                Optional.empty(),
                Map.of());
    }

    /** Returns the weights of a part in every variant. */
    private static List<Part> variants(ModelPart part) {
        List<Part> parts = new ArrayList<>();
        List<String> variants = part.variants();
        try (WeightSource plain = part.openWeights()) {
            parts.add(part(part, "", plain));
        } catch (InvalidFileException e) {
            if (variants.isEmpty()) {
                throw e;
            }
        }
        for (String variant : variants) {
            try (WeightSource weights = ModelPart.in(part.folder(), variant).openWeights()) {
                parts.add(part(part, variant, weights));
            }
        }
        return parts;
    }

    private static Part part(ModelPart part, String variant, WeightSource weights) {
        return counted(weights, name -> part.name()).values().stream()
                .map(p -> new Part(p.name(), part.className(), variant, p.tensors(), p.parameters()))
                .findFirst()
                .orElseThrow(() -> new InvalidFileException(weights.file(), "is empty: it holds no tensors"));
    }

    private static Inspection file(Path path) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Optional<Checkpoint> checkpoint = Checkpoint.recognise(file);
            if (checkpoint.isPresent()) {
                Checkpoint found = checkpoint.get();
                return new Inspection(
                        path,
                        Kind.CHECKPOINT,
                        found.family().map(ModelFamily::title),
                        List.copyOf(counted(file, name -> found.partOf(name).orElse(OTHER))
                                .values()),
                        Optional.empty(),
                        file.metadata());
            }
            List<Part> all = List.copyOf(counted(file, name -> OTHER).values());
            return LoraFile.isRecognised(file)
                    ? lora(path, all)
                    : new Inspection(path, Kind.TENSORS, Optional.empty(), all, Optional.empty(), file.metadata());
        }
    }

    private static Inspection lora(Path path, List<Part> parts) {
        try (LoraFile file = LoraFile.open(path)) {
            SortedSet<Double> scales = new TreeSet<>();
            SortedMap<String, Integer> targets = new TreeMap<>();
            SortedMap<String, Integer> kinds = new TreeMap<>();
            for (LoraModule module : file.modules()) {
                kinds.merge(module.kind(), 1, Integer::sum);
                if (!module.isFull()) {
                    scales.add(module.scale());
                }
                targets.merge(network(module.name()) + " " + role(module), 1, Integer::sum);
            }
            Adapter adapter = new Adapter(file.ranks(), scales, targets, kinds, file.words(), file.foreign());
            return new Inspection(path, Kind.LORA, file.family(), parts, Optional.of(adapter), file.metadata());
        }
    }

    /** Returns the network that a module belongs to, by its name in the file in any spelling. */
    private static String network(String module) {
        if (module.startsWith("lora_te2_")
                || module.startsWith("text_encoder_2.")
                || module.startsWith("text_encoders.clip_g.")) {
            return "text_encoder_2";
        }
        boolean text = module.startsWith("lora_te")
                || module.startsWith("text_encoder.")
                || module.startsWith("text_encoders.");
        return text ? "text_encoder" : "unet";
    }

    private static String role(LoraModule module) {
        String name = module.name();
        if (module.part() == LoraModule.Part.BIAS) {
            return module.kind();
        }
        if (name.contains("attn")) {
            return "attention";
        }
        if (FEED_FORWARD.matcher(name).find()) {
            return "feed-forward";
        }
        return module.delta() instanceof Delta.Product product && product.down().shape().length == 2
                ? "linear"
                : module.delta() instanceof Delta.Product || module.delta() instanceof Delta.Tucker
                        ? "convolution"
                        : module.kind();
    }

    /** Counts the tensors of {@code weights} for each part. */
    private static Map<String, Part> counted(WeightSource weights, Function<String, String> partOf) {
        Map<String, Part> parts = new LinkedHashMap<>();
        for (String name : weights.names()) {
            StoredTensor tensor = weights.find(name).orElseThrow();
            SortedMap<Dtype, Long> parameters = new TreeMap<>();
            parameters.put(tensor.dtype(), Shapes.count(tensor.shape()));
            parts.merge(partOf.apply(name), new Part(partOf.apply(name), "", "", 1, parameters), Inspection::sum);
        }
        return parts;
    }

    private static Part sum(Part a, Part b) {
        SortedMap<Dtype, Long> parameters = new TreeMap<>(a.parameters());
        b.parameters().forEach((dtype, count) -> parameters.merge(dtype, count, Long::sum));
        return new Part(a.name(), a.className(), a.variant(), a.tensors() + b.tensors(), parameters);
    }
}

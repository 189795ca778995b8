package dev.hypersd.model;

import dev.hypersd.checkpoint.SingleFile;
import dev.hypersd.checkpoint.StatedSchedule;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.json.Json;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.WeightedChange;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes models as model directories or as checkpoint files, whatever their present form, with LoRAs merged into them
 * if wanted. Only one tensor is in memory at a time.
 */
public final class ModelConversion {
    private static final System.Logger LOG = System.getLogger(ModelConversion.class.getPackageName());

    private static final Map<String, String> FORMAT = Map.of("format", "pt");
    private static final String END = ".safetensors";
    private static final Set<String> NETWORKS = Set.of("unet", "vae", "text_encoder", "text_encoder_2");

    private final OpenedModel model;
    private final ModelFiles files;
    private final Optional<Dtype> dtype;
    private final Map<String, Map<String, List<WeightedChange>>> merged = new HashMap<>();

    /**
     * Creates the conversion of a model as {@link DiffusionModel#load} would load it. The placement of its weights does
     * not affect what is written.
     *
     * @param dtype the type in which floating-point numbers are stored; empty to keep their types
     */
    public ModelConversion(OpenedModel model, Optional<Dtype> dtype) {
        this.model = model;
        this.files = model.files();
        this.dtype = dtype;
    }

    /**
     * Writes the model with LoRAs merged into it.
     *
     * @param out a file that ends in {@code .safetensors} for a checkpoint, otherwise a new directory
     * @throws dev.hypersd.error.InvalidFileException if a part is missing or broken, or a LoRA does not fit completely
     */
    public void write(List<LoraWeight> loras, BlockWeights blocks, Path out) {
        try (ModelShapes shapes = ModelShapes.of(model)) {
            List<Lora> open = new ArrayList<>();
            try {
                for (LoraWeight source : loras) {
                    Lora lora = Lora.fit(LoraFile.open(source.file()), shapes.loraTargets());
                    open.add(lora);
                    lora.file().words().forEach(word -> warnOfWord(word, source.file()));
                    add(new WeightedLora(lora, source.weight()), blocks, shapes);
                }
                Engine.infer(() -> {
                    if (out.toString().endsWith(END)) {
                        writeFile(out);
                    } else {
                        writeFolder(out);
                    }
                    return out;
                });
            } finally {
                open.forEach(Lora::close);
            }
        }
    }

    private static void warnOfWord(String word, Path lora) {
        LOG.log(
                System.Logger.Level.WARNING,
                "the textual inversion {0} in {1} does not become part of the model; draw with --embedding {1}:{0} "
                        + "to use it",
                word,
                lora);
    }

    private void add(WeightedLora lora, BlockWeights blocks, ModelShapes shapes) {
        shapes.networks()
                .forEach((component, parameters) -> lora.lora().changes().stream()
                        .filter(change -> parameters.get(change.target().name()) == change.target())
                        .forEach(change -> {
                            String name = change.target().name();
                            double weight = lora.weight() * blocks.of(component, name);
                            merged.computeIfAbsent(component.folder(), c -> new HashMap<>())
                                    .computeIfAbsent(name, n -> new ArrayList<>())
                                    .add(new WeightedChange(change, weight));
                        }));
    }

    private void writeFile(Path file) {
        List<WeightSource> sources = new ArrayList<>();
        try {
            for (ModelPart part : files.parts()) {
                if (NETWORKS.contains(part.name())) {
                    sources.add(SingleFile.view(part.name(), files.family(), weights(part)));
                }
            }
            SafetensorsWriter.write(file, sources, dtype, metadata());
        } finally {
            sources.forEach(WeightSource::close);
        }
    }

    /** Returns the metadata that state the noise schedule in a checkpoint file, which has no configuration. */
    private Map<String, String> metadata() {
        ScheduleSettings schedule = model.schedule().settings();
        Map<String, String> metadata = new LinkedHashMap<>(FORMAT);
        metadata.put(StatedSchedule.PREDICTION, schedule.prediction().word());
        if (schedule.zeroTerminalSnr()) {
            metadata.put(StatedSchedule.ZERO_TERMINAL_SNR, "True");
        }
        return metadata;
    }

    private void writeFolder(Path folder) {
        if (Files.exists(folder)) {
            throw new InvalidRequestException(folder + " exists; name a new directory, or a file that ends in " + END);
        }
        try (Draft draft = Draft.of(folder)) {
            Files.createDirectory(draft.path());
            for (ModelPart part : files.parts()) {
                Path target = Files.createDirectory(draft.path().resolve(part.name()));
                if (NETWORKS.contains(part.name())) {
                    Files.write(target.resolve("config.json"), part.config().bytes());
                    try (WeightSource weights = weights(part)) {
                        Path file = target.resolve(ModelPart.stem(part.config()) + END);
                        SafetensorsWriter.write(file, List.of(weights), dtype, FORMAT);
                    }
                } else if (part.name().equals("scheduler")) {
                    Files.write(
                            target.resolve("scheduler_config.json"),
                            part.config().bytes());
                } else if (part.publishedFiles().isPresent()) {
                    for (Map.Entry<String, byte[]> file :
                            part.publishedFiles().orElseThrow().entrySet()) {
                        Files.write(target.resolve(file.getKey()), file.getValue());
                    }
                } else {
                    copy(part.folder(), target);
                }
            }
            Files.write(draft.path().resolve("model_index.json"), index());
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Returns {@code model_index.json} without the parts that are not written. */
    private byte[] index() {
        ObjectNode index = (ObjectNode) Json.MAPPER.readTree(files.index().bytes());
        for (String name : List.copyOf(index.propertyNames())) {
            boolean absent = index.get(name) instanceof ArrayNode pair
                    && pair.size() == 2
                    && files.find(name).isEmpty();
            if (absent) {
                index.putArray(name).addNull().addNull();
            }
        }
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(index);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** Returns the weights under the names that this library uses, with LoRAs merged. */
    private WeightSource weights(ModelPart part) {
        WeightSource named = NetworkType.of(part.config()).names().apply(part.openWeights());
        Map<String, List<WeightedChange>> changes = merged.getOrDefault(part.name(), Map.of());
        return WeightView.of(
                named, tensor -> Stream.of(changed(tensor, changes.getOrDefault(tensor.name(), List.of()))));
    }

    /** Returns the tensor with adapters merged into it, computed in F32 and stored in the type of the weight. */
    private static StoredTensor changed(StoredTensor tensor, List<WeightedChange> changes) {
        return changes.isEmpty()
                ? tensor
                : tensor.as(
                        tensor.name(),
                        tensor.shape(),
                        base -> WeightedChange.sum(base, changes).to(base.scalar_type()));
    }
}

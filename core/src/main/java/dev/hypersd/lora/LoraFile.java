package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.preset.Alphas;
import dev.hypersd.tensor.Engine;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A LoRA file: its modules, whatever the spelling of their names, before any network is known that they belong to.
 *
 * <p>Immutable and safe to share. The factors stay in the mapped file until they are used; do not close it before.
 */
public final class LoraFile implements AutoCloseable {
    private final SafetensorsFile file;
    private final List<LoraModule> modules;
    private final List<String> foreign;

    private LoraFile(SafetensorsFile file, List<LoraModule> modules, List<String> foreign) {
        this.file = file;
        this.modules = List.copyOf(modules);
        this.foreign = List.copyOf(foreign);
    }

    /**
     * Opens {@code path} and checks that every module is whole: floating-point factors that can be multiplied, and a
     * finite alpha.
     *
     * @throws InvalidFileException if it is missing, no safetensors file, no LoRA, or a broken one
     */
    public static LoraFile open(Path path) {
        return open(path, Alphas.OWN);
    }

    /** {@link #open(Path)} with a choice of the alpha that counts for a module. */
    public static LoraFile open(Path path, Alphas alphas) {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            return read(file, alphas);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static LoraFile read(SafetensorsFile file, Alphas alphas) {
        if (file.names().isEmpty()) {
            throw new InvalidFileException(file.file(), "is empty: it holds no tensors");
        }
        Map<String, ModuleParts> parts = new LinkedHashMap<>();
        List<String> foreign = new ArrayList<>();
        for (String name : file.names()) {
            if (!ModuleParts.assign(file.find(name).orElseThrow(), parts)) {
                foreign.add(name);
            }
        }
        if (parts.isEmpty()) {
            throw new InvalidFileException(
                    file.file(),
                    ("is in no LoRA format known here (kohya, PEFT, diffusers, LyCORIS); its tensors have names like "
                                    + "\"%s\"")
                            .formatted(foreign.getFirst()));
        }
        AdapterMetadata metadata = AdapterMetadata.of(file);
        // The alphas are read here; anything that is a tensor belongs on the engine's thread.
        List<LoraModule> modules = Engine.infer(() -> parts.entrySet().stream()
                .map(module -> module.getValue().checked(file.file(), module.getKey(), metadata))
                .toList());
        return new LoraFile(file, alphas == Alphas.AS_DIFFUSERS ? FrequentAlpha.of(modules) : modules, foreign);
    }

    /** The file. */
    public Path path() {
        return file.file();
    }

    /** The modules, in the order of the file; at least one. */
    public List<LoraModule> modules() {
        return modules;
    }

    /** The tensors that are no part of a LoRA as known here, for example those of other kinds of adapters. */
    public List<String> foreign() {
        return foreign;
    }

    /** The ranks that occur. */
    public SortedSet<Long> ranks() {
        return modules.stream().map(LoraModule::rank).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The free-form strings of the header, among them what trainers tell of themselves. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /** The family of models that this adapter looks made for, such as {@code SDXL}: a guess from names and shapes. */
    public Optional<String> family() {
        return AdapterFamily.of(this);
    }

    /** Releases the mapping. */
    @Override
    public void close() {
        file.close();
    }
}

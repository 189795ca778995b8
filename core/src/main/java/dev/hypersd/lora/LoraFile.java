package dev.hypersd.lora;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.preset.Alphas;
import dev.hypersd.tensor.Engine;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A LoRA file: its modules, in any spelling of their names, before they are fitted to a network.
 *
 * <p>Immutable and safe to share. The factors stay in the mapped file until they are used; do not close it before.
 */
public final class LoraFile implements AutoCloseable {
    /**
     * The names of the tensors of a textual inversion: {@code bundle_emb.NAME.string_to_param.*}, or with {@code
     * clip_l} and {@code clip_g} after the name.
     */
    private static final Pattern WORD = Pattern.compile("bundle_emb\\.([^.]+)\\..+");

    /** The tensors of a textual inversion in a file of its own. */
    private static final Pattern EMBEDDING =
            Pattern.compile("emb_params|clip_[lg]|text_encoders_[01]|string_to_param\\..+");

    private final SafetensorsFile file;
    private final List<LoraModule> modules;
    private final List<String> foreign;
    private final SortedSet<String> words;

    private LoraFile(SafetensorsFile file, List<LoraModule> modules, List<String> foreign, SortedSet<String> words) {
        this.file = file;
        this.modules = List.copyOf(modules);
        this.foreign = List.copyOf(foreign);
        this.words = Collections.unmodifiableSortedSet(words);
    }

    /**
     * Opens {@code path} and checks that every module is complete, with floating-point factors that can be multiplied
     * and a finite alpha.
     *
     * @throws InvalidFileException if the file is missing, not safetensors, not a LoRA, or broken
     */
    public static LoraFile open(Path path) {
        return open(path, Alphas.OWN);
    }

    /** Opens {@code path} as {@link #open(Path)} does, with a choice of the effective alphas. */
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
        SortedSet<String> words = new TreeSet<>();
        for (String name : file.names()) {
            UnreadAdapters.kind(name).ifPresent(kind -> {
                throw UnreadAdapters.refusal(file.file(), kind, name);
            });
            Matcher word = WORD.matcher(name);
            if (word.matches()) {
                words.add(word.group(1));
            } else if (!ModuleParts.assign(file.find(name).orElseThrow(), parts)) {
                foreign.add(name);
            }
        }
        if (parts.isEmpty()) {
            if (!words.isEmpty()) {
                throw new InvalidFileException(
                        file.file(), "holds textual inversions (%s) and no LoRA".formatted(String.join(", ", words)));
            }
            throw noLora(file, foreign);
        }
        requireKnownParts(file.file(), parts.keySet(), foreign);
        AdapterMetadata metadata = AdapterMetadata.of(file);
        // The alphas are read here; anything that is a tensor belongs on the engine's thread.
        List<LoraModule> modules = Engine.infer(() -> parts.entrySet().stream()
                .flatMap(module -> module.getValue().checked(file.file(), module.getKey(), metadata).stream())
                .toList());
        return new LoraFile(file, alphas == Alphas.AS_DIFFUSERS ? FrequentAlpha.of(modules) : modules, foreign, words);
    }

    private static InvalidFileException noLora(SafetensorsFile file, List<String> tensors) {
        if (tensors.stream().anyMatch(name -> EMBEDDING.matcher(name).matches())) {
            return new InvalidFileException(
                    file.file(), "is a textual inversion and no LoRA: name it with --embedding");
        }
        return Checkpoint.recognise(file)
                .map(network -> new InvalidFileException(
                        file.file(),
                        "holds %s and no LoRA: name it with --model, --unet, --vae or --control"
                                .formatted(String.join(", ", network.parts()))))
                .orElseGet(() -> new InvalidFileException(
                        file.file(),
                        ("is in no LoRA format known here (kohya, PEFT, diffusers, LyCORIS); its tensors have names "
                                        + "like \"%s\"")
                                .formatted(tensors.getFirst())));
    }

    /** Refuses unknown tensors in a module, since they may change the meaning of the known ones. */
    private static void requireKnownParts(Path file, Set<String> modules, List<String> foreign) {
        for (String name : foreign) {
            for (int end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
                String module = name.substring(0, end);
                if (modules.contains(module)) {
                    throw new InvalidFileException(
                            file,
                            ("module %s has a tensor %s of unknown meaning, so what it does to the weight cannot be "
                                            + "computed")
                                    .formatted(module, name));
                }
            }
        }
    }

    /** Returns whether the names of a file's tensors are those of an adapter, of a supported kind or not. */
    public static boolean isRecognised(SafetensorsFile file) {
        return file.names().stream()
                .anyMatch(name -> name.contains("lora")
                        || ModuleParts.isPart(name)
                        || UnreadAdapters.kind(name).isPresent());
    }

    /** Returns the path of the file. */
    public Path path() {
        return file.file();
    }

    /** Returns the modules, in the order of the file; at least one. */
    public List<LoraModule> modules() {
        return modules;
    }

    /** Returns the names of tensors that belong to no supported LoRA, for example of other kinds of adapters. */
    public List<String> foreign() {
        return foreign;
    }

    /** Returns the textual inversions that the file contains, by their names in prompts. */
    public SortedSet<String> words() {
        return words;
    }

    /** Returns the ranks that occur; full differences have none. */
    public SortedSet<Long> ranks() {
        return modules.stream()
                .filter(module -> !module.isFull())
                .map(LoraModule::rank)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the strings in the header, which trainers write freely. */
    public Map<String, String> metadata() {
        return file.metadata();
    }

    /** Guesses the model family that this adapter was made for, such as {@code SDXL}, from names and shapes. */
    public Optional<String> family() {
        return AdapterFamily.of(this);
    }

    /** Closes the mapping of the file. */
    @Override
    public void close() {
        file.close();
    }
}

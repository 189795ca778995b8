package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
     * Opens {@code path} and checks that every module is whole: two floating-point factors of one rank, and a finite alpha.
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
        Map<String, Parts> parts = new LinkedHashMap<>();
        List<String> foreign = new ArrayList<>();
        for (String name : file.names()) {
            if (!assign(name, file.find(name).orElseThrow(), parts)) {
                foreign.add(name);
            }
        }
        if (parts.isEmpty()) {
            throw new InvalidFileException(
                    file.file(),
                    "is in no LoRA format known here (kohya, PEFT, diffusers); its tensors have names like \"%s\""
                            .formatted(foreign.getFirst()));
        }
        AdapterMetadata metadata = AdapterMetadata.of(file);
        // The alphas are read here; anything that is a tensor belongs on the engine's thread.
        List<LoraModule> modules = Engine.infer(() -> parts.entrySet().stream()
                .map(module -> module.getValue().checked(file.file(), module.getKey(), metadata))
                .toList());
        return new LoraFile(file, alphas.of(modules), foreign);
    }

    /** Puts a tensor to its module by the suffix of its name; false if it is no part of a LoRA. */
    private static boolean assign(String name, StoredTensor tensor, Map<String, Parts> parts) {
        for (Spelling spelling : Spelling.values()) {
            if (name.endsWith(spelling.down())) {
                part(name, spelling.down(), parts).down = tensor;
                return true;
            }
            if (name.endsWith(spelling.up())) {
                part(name, spelling.up(), parts).up = tensor;
                return true;
            }
        }
        if (name.endsWith(Spelling.ALPHA)) {
            part(name, Spelling.ALPHA, parts).alpha = tensor;
            return true;
        }
        return false;
    }

    private static Parts part(String name, String suffix, Map<String, Parts> parts) {
        return parts.computeIfAbsent(name.substring(0, name.length() - suffix.length()), stem -> new Parts());
    }

    /** The tensors of one module, as far as they have turned up. */
    private static final class Parts {
        private @Nullable StoredTensor down;
        private @Nullable StoredTensor up;
        private @Nullable StoredTensor alpha;

        LoraModule checked(Path file, String name, AdapterMetadata metadata) {
            if (down == null || up == null) {
                String missing = down != null ? "its up half" : up != null ? "its down half" : "both its halves";
                throw new InvalidFileException(file, "module %s lacks %s".formatted(name, missing));
            }
            checkFactor(file, name, down);
            checkFactor(file, name, up);
            long rank = down.shape()[0];
            long upRank = up.shape()[1];
            if (rank != upRank) {
                throw new InvalidFileException(
                        file,
                        "module %s has rank %d in its down half %s and rank %d in its up half %s"
                                .formatted(
                                        name,
                                        rank,
                                        Arrays.toString(down.shape()),
                                        upRank,
                                        Arrays.toString(up.shape())));
            }
            if (Shapes.count(up.shape()) != up.shape()[0] * rank) {
                throw new InvalidFileException(
                        file,
                        "module %s has an up half of shape %s, its filters must be 1x1"
                                .formatted(name, Arrays.toString(up.shape())));
            }
            return new LoraModule(name, down, up, alpha(file, name, rank, metadata));
        }

        private static void checkFactor(Path file, String name, StoredTensor factor) {
            boolean floating = factor.dtype().isFloatingPoint();
            int dimensions = factor.shape().length;
            if (!floating || (dimensions != 2 && dimensions != 4) || Shapes.count(factor.shape()) == 0) {
                throw new InvalidFileException(
                        file,
                        "module %s: %s is %s %s; it must be floating-point, have 2 or 4 dimensions, and a rank of at least 1"
                                .formatted(name, factor.name(), factor.dtype(), Arrays.toString(factor.shape())));
            }
        }

        private double alpha(Path file, String name, long rank, AdapterMetadata metadata) {
            if (alpha == null) {
                return finite(file, name, metadata.alpha(name, rank).orElse((double) rank));
            }
            if (Shapes.count(alpha.shape()) != 1) {
                throw new InvalidFileException(
                        file,
                        "module %s has an alpha of shape %s, it must be one number"
                                .formatted(name, Arrays.toString(alpha.shape())));
            }
            return finite(file, name, Tensors.toFloats(alpha.load())[0]);
        }

        private static double finite(Path file, String name, double alpha) {
            if (!Double.isFinite(alpha)) {
                throw new InvalidFileException(file, "module %s has an alpha of %s".formatted(name, alpha));
            }
            return alpha;
        }
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

package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The tensors of one module of a file, as far as they have turned up, by what comes after its name. */
final class ModuleParts {
    private static final String DOWN = "down";
    private static final String UP = "up";
    private static final String ALPHA = "alpha";
    private static final String MAGNITUDE = "dora_scale";
    private static final List<String> LYCORIS = List.of(
            "hada_w1_a",
            "hada_w1_b",
            "hada_w2_a",
            "hada_w2_b",
            "hada_t1",
            "hada_t2",
            "lokr_w1",
            "lokr_w1_a",
            "lokr_w1_b",
            "lokr_w2",
            "lokr_w2_a",
            "lokr_w2_b",
            "lokr_t2");

    /** Parts by the end of a tensor's name. */
    private static final Map<String, String> ENDINGS = endings();

    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    private static Map<String, String> endings() {
        Map<String, String> endings = new LinkedHashMap<>();
        for (Spelling spelling : Spelling.values()) {
            endings.put(spelling.down(), DOWN);
            endings.put(spelling.up(), UP);
        }
        endings.put(Spelling.ALPHA, ALPHA);
        Stream.of(".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight")
                .forEach(ending -> endings.put(ending, MAGNITUDE));
        LYCORIS.forEach(part -> endings.put("." + part, part));
        return endings;
    }

    /** Puts a tensor to its module by the end of its name; false if it is no part of an adapter. */
    static boolean assign(StoredTensor tensor, Map<String, ModuleParts> modules) {
        String name = tensor.name();
        for (Map.Entry<String, String> ending : ENDINGS.entrySet()) {
            if (name.endsWith(ending.getKey())) {
                String module =
                        name.substring(0, name.length() - ending.getKey().length());
                modules.computeIfAbsent(module, stem -> new ModuleParts())
                        .tensors
                        .put(ending.getValue(), tensor);
                return true;
            }
        }
        return false;
    }

    /**
     * The module, whole and of parts that fit each other.
     *
     * @throws InvalidFileException if it is not
     */
    LoraModule checked(Path file, String name, AdapterMetadata metadata) {
        Delta delta = delta(file, name);
        Optional<StoredTensor> magnitude = find(MAGNITUDE);
        magnitude.ifPresent(tensor -> requireValues(file, name, tensor, 1, 2, 4));
        boolean whole = delta instanceof Delta.Kronecker kronecker && kronecker.isWhole();
        return new LoraModule(name, delta, whole ? 1 : alpha(file, name, delta.rank(), metadata), magnitude);
    }

    private Delta delta(Path file, String name) {
        if (tensors.keySet().stream().anyMatch(part -> part.startsWith("hada_"))) {
            Delta.Matrix first = matrix(file, name, "hada_w1", "hada_t1");
            Delta.Matrix second = matrix(file, name, "hada_w2", "hada_t2");
            if (first.rows() != second.rows() || first.columns() != second.columns()) {
                throw new InvalidFileException(
                        file,
                        "module %s multiplies a matrix of %d x %d with one of %d x %d, element by element"
                                .formatted(name, first.rows(), first.columns(), second.rows(), second.columns()));
            }
            return new Delta.Hadamard(first, second);
        }
        if (tensors.keySet().stream().anyMatch(part -> part.startsWith("lokr_"))) {
            return new Delta.Kronecker(
                    matrix(file, name, "lokr_w1", "lokr_t1"), matrix(file, name, "lokr_w2", "lokr_t2"));
        }
        return product(file, name);
    }

    private Delta.Matrix matrix(Path file, String name, String stem, String core) {
        Optional<StoredTensor> whole = find(stem);
        if (whole.isPresent()) {
            requireValues(file, name, whole.get(), 2, 4);
            return new Delta.Matrix.Whole(whole.get());
        }
        StoredTensor a = required(file, name, stem + "_a");
        StoredTensor b = required(file, name, stem + "_b");
        requireValues(file, name, a, 2);
        requireValues(file, name, b, 2, 4);
        Optional<StoredTensor> between = find(core);
        boolean fits;
        if (between.isPresent()) {
            requireValues(file, name, between.get(), 4);
            long[] shape = between.get().shape();
            fits = a.shape()[0] == shape[0] && b.shape()[0] == shape[1] && b.shape().length == 2;
        } else {
            fits = a.shape()[1] == b.shape()[0];
        }
        if (!fits) {
            throw new InvalidFileException(
                    file,
                    "module %s has factors %s and %s that cannot be multiplied"
                            .formatted(name, Arrays.toString(a.shape()), Arrays.toString(b.shape())));
        }
        return between.<Delta.Matrix>map(found -> new Delta.Matrix.Cored(found, a, b))
                .orElseGet(() -> new Delta.Matrix.Factored(a, b));
    }

    private StoredTensor required(Path file, String name, String part) {
        return find(part)
                .orElseThrow(() -> new InvalidFileException(file, "module %s lacks its part %s".formatted(name, part)));
    }

    private Delta.Product product(Path file, String name) {
        Optional<StoredTensor> first = find(DOWN);
        Optional<StoredTensor> second = find(UP);
        if (first.isEmpty() || second.isEmpty()) {
            String missing =
                    first.isPresent() ? "its up half" : second.isPresent() ? "its down half" : "both its halves";
            throw new InvalidFileException(file, "module %s lacks %s".formatted(name, missing));
        }
        StoredTensor down = first.get();
        StoredTensor up = second.get();
        requireValues(file, name, down, 2, 4);
        requireValues(file, name, up, 2, 4);
        long rank = down.shape()[0];
        long upRank = up.shape()[1];
        if (rank != upRank) {
            throw new InvalidFileException(
                    file,
                    "module %s has rank %d in its down half %s and rank %d in its up half %s"
                            .formatted(name, rank, Arrays.toString(down.shape()), upRank, Arrays.toString(up.shape())));
        }
        if (Shapes.count(up.shape()) != up.shape()[0] * rank) {
            throw new InvalidFileException(
                    file,
                    "module %s has an up half of shape %s, its filters must be 1x1"
                            .formatted(name, Arrays.toString(up.shape())));
        }
        return new Delta.Product(down, up);
    }

    private static void requireValues(Path file, String name, StoredTensor tensor, int... dimensions) {
        boolean known = Arrays.stream(dimensions).anyMatch(d -> d == tensor.shape().length);
        if (!known || !tensor.dtype().isFloatingPoint() || Shapes.count(tensor.shape()) == 0) {
            throw new InvalidFileException(
                    file,
                    "module %s: %s is %s %s; it must be floating-point, have %s dimensions, and a rank of at least 1"
                            .formatted(
                                    name,
                                    tensor.name(),
                                    tensor.dtype(),
                                    Arrays.toString(tensor.shape()),
                                    String.join(
                                            " or ",
                                            Arrays.stream(dimensions)
                                                    .mapToObj(Integer::toString)
                                                    .toList())));
        }
    }

    private double alpha(Path file, String name, long rank, AdapterMetadata metadata) {
        Optional<StoredTensor> alpha = find(ALPHA);
        if (alpha.isEmpty()) {
            return finite(file, name, metadata.alpha(name, rank).orElse((double) rank));
        }
        if (Shapes.count(alpha.get().shape()) != 1) {
            throw new InvalidFileException(
                    file,
                    "module %s has an alpha of shape %s, it must be one number"
                            .formatted(name, Arrays.toString(alpha.get().shape())));
        }
        return finite(file, name, Tensors.toFloats(alpha.get().load())[0]);
    }

    private static double finite(Path file, String name, double alpha) {
        if (!Double.isFinite(alpha)) {
            throw new InvalidFileException(file, "module %s has an alpha of %s".formatted(name, alpha));
        }
        return alpha;
    }

    private Optional<StoredTensor> find(String part) {
        return Optional.ofNullable(tensors.get(part));
    }
}

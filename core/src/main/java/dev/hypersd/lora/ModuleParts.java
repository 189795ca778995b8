package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.LoraModule.Part;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tensors of one module of a file that have been found so far, by what they are. */
final class ModuleParts {
    private static final String DOWN = "down";
    private static final String UP = "up";
    private static final String MID = "mid";
    private static final String UP_BIAS = "up bias";
    private static final String FULL = "diff";
    private static final String FULL_BIAS = "diff_b";
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

    private static final Pattern NAMED_ADAPTER =
            Pattern.compile("(.*\\.lora_(?:A|B|magnitude_vector))\\.(?!weight$|bias$)[^.]+((?:\\.weight|\\.bias)?)");

    /** The kinds of parts by the suffixes of tensors' names. */
    private static final Map<String, String> ENDINGS = endings();

    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    private static Map<String, String> endings() {
        Map<String, String> endings = new LinkedHashMap<>();
        for (Spelling spelling : Spelling.values()) {
            endings.put(spelling.down(), DOWN);
            endings.put(spelling.up(), UP);
        }
        endings.put(Spelling.ALPHA, ALPHA);
        endings.put(".lora_mid.weight", MID);
        endings.put(".lora_B.bias", UP_BIAS);
        endings.put(".diff", FULL);
        endings.put(".diff_b", FULL_BIAS);
        endings.put(".w_norm", FULL);
        endings.put(".b_norm", FULL_BIAS);
        Stream.of(".dora_scale", ".lora_magnitude_vector", ".lora_magnitude_vector.weight")
                .forEach(ending -> endings.put(ending, MAGNITUDE));
        LYCORIS.forEach(part -> endings.put("." + part, part));
        return endings;
    }

    /**
     * Assigns a tensor to its module by the suffix of its name; returns false if it is not part of an adapter.
     *
     * @throws InvalidFileException if the module already has this part
     */
    static boolean assign(StoredTensor tensor, Map<String, ModuleParts> modules) {
        String name = withoutAdapter(tensor.name());
        Optional<String> ending = ending(name);
        ending.ifPresent(found -> {
            String module = name.substring(0, name.length() - found.length());
            StoredTensor other = modules.computeIfAbsent(module, stem -> new ModuleParts())
                    .tensors
                    .putIfAbsent(Objects.requireNonNull(ENDINGS.get(found)), tensor);
            if (other != null) {
                throw new InvalidFileException(
                        tensor.file(),
                        "module %s has the same part twice, as %s and as %s; write one adapter to a file"
                                .formatted(module, other.name(), tensor.name()));
            }
        });
        return ending.isPresent();
    }

    /** Returns whether a tensor of this name is part of an adapter. */
    static boolean isPart(String tensor) {
        return ending(withoutAdapter(tensor)).isPresent();
    }

    private static Optional<String> ending(String name) {
        return ENDINGS.keySet().stream().filter(name::endsWith).findFirst();
    }

    /**
     * Removes the name of the adapter, as in {@code lora_A.default.weight}, which PEFT writes while a model is in
     * training.
     */
    private static String withoutAdapter(String name) {
        Matcher named = NAMED_ADAPTER.matcher(name);
        return named.matches() ? named.group(1) + named.group(2) : name;
    }

    /**
     * Returns the changes of the module's weight and bias, at least one, and checks that they are complete and that
     * their shapes fit.
     *
     * @throws InvalidFileException if a part is missing or does not fit
     */
    List<LoraModule> checked(Path file, String name, AdapterMetadata metadata) {
        List<LoraModule> changes = new ArrayList<>();
        Optional<StoredTensor> magnitude = find(MAGNITUDE);
        magnitude.ifPresent(tensor -> requireValues(file, name, tensor, 1, 2, 4));
        // A file may change the bias of a layer alone.
        boolean onlyBias =
                find(FULL_BIAS).isPresent() && Set.of(FULL_BIAS, ALPHA).containsAll(tensors.keySet());
        if (!onlyBias) {
            Delta delta = delta(file, name);
            boolean unscaled =
                    delta instanceof Delta.Full || (delta instanceof Delta.Kronecker kronecker && kronecker.isWhole());
            double alpha = unscaled ? 1 : alpha(file, name, delta.rank(), metadata);
            changes.add(new LoraModule(name, Part.WEIGHT, delta, alpha, magnitude));
        }
        if (find(UP_BIAS).isPresent() && find(FULL_BIAS).isPresent()) {
            throw new InvalidFileException(
                    file, "module %s changes its bias twice, by diff_b and by lora_B.bias".formatted(name));
        }
        find(FULL_BIAS).ifPresent(bias -> {
            requireValues(file, name, bias, 1);
            changes.add(new LoraModule(name, Part.BIAS, new Delta.Full(bias, 1), 1, Optional.empty()));
        });
        find(UP_BIAS).ifPresent(bias -> {
            requireValues(file, name, bias, 1);
            LoraModule weight = changes.getFirst();
            changes.add(new LoraModule(
                    name, Part.BIAS, new Delta.Full(bias, weight.rank()), weight.alpha(), Optional.empty()));
        });
        return changes;
    }

    private Delta delta(Path file, String name) {
        requireOneKind(file, name);
        Optional<StoredTensor> full = find(FULL);
        if (full.isPresent()) {
            requireValues(file, name, full.get(), 1, 2, 4);
            return new Delta.Full(full.get(), 1);
        }
        if (tensors.keySet().stream().anyMatch(part -> part.startsWith("hada_"))) {
            DeltaMatrix first = matrix(file, name, "hada_w1", "hada_t1");
            DeltaMatrix second = matrix(file, name, "hada_w2", "hada_t2");
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
        Optional<StoredTensor> mid = find(MID);
        return mid.isPresent() ? tucker(file, name, mid.get()) : product(file, name);
    }

    /** Refuses modules with the parts of two kinds of adapters, since it is not defined which one counts. */
    private void requireOneKind(Path file, String name) {
        List<String> kinds = tensors.keySet().stream()
                .filter(part -> !List.of(ALPHA, MAGNITUDE, FULL_BIAS).contains(part))
                .map(part -> part.equals(FULL)
                        ? "a full difference"
                        : part.startsWith("hada_") ? "LoHa" : part.startsWith("lokr_") ? "LoKr" : "LoRA")
                .distinct()
                .sorted()
                .toList();
        if (kinds.size() > 1) {
            throw new InvalidFileException(
                    file,
                    "module %s changes its weight in several ways at once: %s"
                            .formatted(name, String.join(" and ", kinds)));
        }
    }

    private Delta.Tucker tucker(Path file, String name, StoredTensor mid) {
        Delta.Product halves = halves(file, name);
        requireValues(file, name, mid, 4);
        StoredTensor down = halves.down();
        long[] core = mid.shape();
        boolean pointwise = Delta.isPointwise(down.shape()) || Delta.isPointwise(core);
        if (!pointwise || core[0] != halves.up().shape()[1] || core[1] != down.shape()[0]) {
            throw new InvalidFileException(
                    file,
                    "module %s has factors %s and %s that cannot be multiplied with its core %s"
                            .formatted(
                                    name,
                                    Arrays.toString(down.shape()),
                                    Arrays.toString(halves.up().shape()),
                                    Arrays.toString(core)));
        }
        return new Delta.Tucker(down, mid, halves.up());
    }

    private DeltaMatrix matrix(Path file, String name, String stem, String core) {
        Optional<StoredTensor> whole = find(stem);
        if (whole.isPresent()) {
            requireValues(file, name, whole.get(), 2, 4);
            return new DeltaMatrix.Whole(whole.get());
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
        return between.<DeltaMatrix>map(found -> new DeltaMatrix.Cored(found, a, b))
                .orElseGet(() -> new DeltaMatrix.Factored(a, b));
    }

    private StoredTensor required(Path file, String name, String part) {
        return find(part)
                .orElseThrow(() -> new InvalidFileException(file, "module %s lacks its part %s".formatted(name, part)));
    }

    private Delta.Product product(Path file, String name) {
        Delta.Product halves = halves(file, name);
        long[] down = halves.down().shape();
        long[] up = halves.up().shape();
        if (down[0] != up[1]) {
            throw new InvalidFileException(
                    file,
                    "module %s has rank %d in its down half %s and rank %d in its up half %s"
                            .formatted(name, down[0], Arrays.toString(down), up[1], Arrays.toString(up)));
        }
        return halves;
    }

    /** Returns both factors, whose inner dimensions may still differ. */
    private Delta.Product halves(Path file, String name) {
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
        if (!Delta.isPointwise(up.shape())) {
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

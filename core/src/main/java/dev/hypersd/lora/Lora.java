package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.StoredTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA fitted to a model: the parameter that each of its modules changes.
 *
 * <p>Immutable and safe to share. Closing it closes the file, which merged weights no longer need.
 */
public final class Lora implements AutoCloseable {
    /** The norm below which a row or channel of a weight is treated as zero. */
    private static final double SHORTEST = 1e-7;

    /** PEFT and diffusers name the magnitudes so, which are those of rows. */
    private static final String PEFT_MAGNITUDE = ".lora_magnitude_vector";

    private final LoraFile file;
    private final List<Change> changes;
    private final List<String> skipped;

    private Lora(LoraFile file, List<Change> changes, List<String> skipped) {
        this.file = file;
        this.changes = List.copyOf(changes);
        this.skipped = List.copyOf(skipped);
    }

    /**
     * Fits every module of {@code file} to the model.
     *
     * @param file the opened file; the result owns it, and it is closed on failure
     * @throws InvalidFileException if any module does not fit, since a picture made with half an adapter would not be
     *     what the user asked for
     */
    public static Lora fit(LoraFile file, LoraTargets model) {
        Lora lora = fitPartly(file, model);
        if (!lora.skipped.isEmpty()) {
            throw refused(file, model, lora.skipped);
        }
        return lora;
    }

    /**
     * Fits the modules that fit, and lists the others in {@link #skipped}.
     *
     * @param file the opened file; the result owns it, and it is closed on failure
     * @throws InvalidFileException if none fits
     */
    public static Lora fitPartly(LoraFile file, LoraTargets model) {
        List<Change> changes = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        Set<Parameter> changed = new HashSet<>();
        for (LoraModule module : file.modules()) {
            Optional<Parameter> target = model.find(module);
            if (target.isEmpty()) {
                boolean layer = model.find(module.name()).isPresent();
                skipped.add(module.parameter()
                        + (layer ? ": the layer has no bias to change" : ": there is no such layer"));
            } else if (!fits(module, target.get().shape())) {
                skipped.add("%s: %s %s do not fit its %s %s"
                        .formatted(
                                module.parameter(),
                                module.isFull() ? "differences" : "factors",
                                module.delta().tensors().stream()
                                        .map(tensor -> Arrays.toString(tensor.shape()))
                                        .collect(Collectors.joining(" and ")),
                                module.part() == LoraModule.Part.BIAS ? "bias" : "weight",
                                Arrays.toString(target.get().shape())));
            } else if (!changed.add(target.get())) {
                skipped.add(module.parameter() + ": another module of the file changes this layer already");
            } else {
                changes.add(new Change(target.get(), module));
            }
        }
        file.foreign().forEach(tensor -> skipped.add(tensor + ": is no part of a LoRA"));
        if (changes.isEmpty()) {
            throw refused(file, model, skipped);
        }
        return new Lora(file, changes, skipped);
    }

    private static boolean fits(LoraModule module, long... weight) {
        // What a norm scales and shifts by has one dimension; only a difference in full can be of it.
        return (weight.length >= 2 || (module.isFull() && module.magnitude().isEmpty()))
                && module.delta().fits(weight)
                && module.magnitude().stream().allMatch(m -> isRows(m, weight) || isColumns(m, weight));
    }

    /** Returns whether the magnitudes of a DoRA are those of rows. PEFT stores them as {@code [1, out, 1, 1]} too. */
    private static boolean isRows(StoredTensor magnitude, long... weight) {
        return Shapes.count(magnitude.shape()) == weight[0]
                && (magnitude.shape()[0] == weight[0] || isOfPeft(magnitude));
    }

    /** Returns whether the magnitudes of a DoRA are those of input channels. */
    private static boolean isColumns(StoredTensor magnitude, long... weight) {
        return Shapes.count(magnitude.shape()) == weight[1] && !isOfPeft(magnitude);
    }

    private static boolean isOfPeft(StoredTensor magnitude) {
        return magnitude.name().contains(PEFT_MAGNITUDE);
    }

    private static InvalidFileException refused(LoraFile file, LoraTargets model, List<String> skipped) {
        file.close();
        int all = file.modules().size() + file.foreign().size();
        String guess = file.family()
                .filter(family -> !family.equals(model.model()))
                .map("; it looks like an adapter for %s"::formatted)
                .orElse("");
        return new InvalidFileException(
                file.path(),
                "does not match %s: %d of %d modules fit no layer (first: %s)%s"
                        .formatted(model.model(), skipped.size(), all, skipped.getFirst(), guess));
    }

    /** Returns the LoRA file. */
    public LoraFile file() {
        return file;
    }

    /** Returns the changes of parameters, in the order of the file; no parameter occurs twice. */
    public List<Change> changes() {
        return changes;
    }

    /**
     * Returns the modules that do not fit and are not applied, each with the reason. It is empty unless the LoRA was
     * fitted partly.
     */
    public List<String> skipped() {
        return skipped;
    }

    @Override
    public void close() {
        file.close();
    }

    /**
     * The change of one parameter.
     *
     * @param target the changed weight
     * @param module fits the weight
     */
    public record Change(Parameter target, LoraModule module) {
        /**
         * Applies the change: {@code base + weight * alpha / rank * delta}. A DoRA (Liu et al., 2024) normalises
         * the result of weight 1 to the magnitudes that it has learned; other weights interpolate between the
         * base and that result, or extrapolate.
         *
         * @param base the weight of a layer, in the shape of the target and the floating-point type to compute in
         * @param weight 1 for the adapter as it was trained; may be negative
         * @return the changed weight of that shape and type; a product of two factors is left for the layer to add
         * @throws InvalidFileException if a tensor of the module holds NaN or infinity
         */
        public Weight on(Weight base, double weight) {
            if (module.magnitude().isEmpty()) {
                return plain(base, weight);
            }
            StoredTensor magnitude = module.magnitude().get();
            Tensor before = base.whole();
            Tensor whole = plain(new Weight(before), 1).whole();
            boolean rows = isRows(magnitude, Tensors.shape(before));
            Tensor lines = (rows ? whole : whole.transpose(0, 1)).reshape(whole.size(rows ? 0 : 1), -1);
            Tensor lengths = lines.square().sum(1).sqrt().clamp_min(new Scalar(SHORTEST));
            long[] along = new long[(int) whole.dim()];
            Arrays.fill(along, 1);
            along[rows ? 0 : 1] = -1;
            Tensor factor = magnitude.loadFinite(before).flatten().div(lengths).view(along);
            return new Weight(before.lerp(whole.mul(factor), new Scalar(weight)));
        }

        private Weight plain(Weight base, double weight) {
            double scale = weight * module.scale();
            return switch (module.delta()) {
                case Delta.Product product -> base.with(product.change(base.tensor(), scale));
                case Delta other -> {
                    Tensor before = base.whole();
                    yield new Weight(before.add(other.values(before).view(Tensors.shape(before)), new Scalar(scale)));
                }
            };
        }
    }
}

package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.nn.Parameter;
import dev.hypersd.weights.StoredTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA fitted to a model: for each of its modules, the parameter that it changes.
 *
 * <p>Immutable and safe to share. Closing it closes the file; merged weights do not need it any more.
 */
public final class Lora implements AutoCloseable {
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
     * @param file taken over; closed if it is refused
     * @throws InvalidFileException if any module does not fit: a picture made with half an adapter is not what was asked for
     */
    public static Lora fit(LoraFile file, LoraTargets model) {
        Lora lora = fitPartly(file, model);
        if (!lora.skipped.isEmpty()) {
            throw refused(file, model, lora.skipped);
        }
        return lora;
    }

    /**
     * Fits the modules that fit, and tells of the others in {@link #skipped}.
     *
     * @param file taken over; closed if it is refused
     * @throws InvalidFileException if none fits
     */
    public static Lora fitPartly(LoraFile file, LoraTargets model) {
        List<Change> changes = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        Set<Parameter> changed = new HashSet<>();
        for (LoraModule module : file.modules()) {
            Optional<Parameter> target = model.find(module.name());
            if (target.isEmpty()) {
                skipped.add(module.name() + ": there is no such layer");
            } else if (!fits(module, target.get().shape())) {
                skipped.add("%s: factors %s and %s do not fit its weight %s"
                        .formatted(
                                module.name(),
                                Arrays.toString(module.up().shape()),
                                Arrays.toString(module.down().shape()),
                                Arrays.toString(target.get().shape())));
            } else if (!changed.add(target.get())) {
                skipped.add(module.name() + ": another module of the file changes this layer already");
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

    /** Whether {@code up * down} has as many rows and columns as the flattened weight; filters must have the same size. */
    private static boolean fits(LoraModule module, long[] weight) {
        return module.up().shape()[0] == weight[0]
                && Arrays.equals(filter(module.down().shape()), filter(weight));
    }

    /** What one row consists of. A linear layer and a 1x1 convolution are the same, and files mix them. */
    private static long[] filter(long[] shape) {
        boolean pointwise = shape.length == 2 || (shape[2] == 1 && shape[3] == 1);
        return Arrays.copyOfRange(shape, 1, pointwise ? 2 : shape.length);
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

    /** The file. */
    public LoraFile file() {
        return file;
    }

    /** What it changes, in the order of the file; no parameter occurs twice. */
    public List<Change> changes() {
        return changes;
    }

    /** The modules that do not fit and are not applied, each with the reason; empty unless fitted partly. */
    public List<String> skipped() {
        return skipped;
    }

    @Override
    public void close() {
        file.close();
    }

    /**
     * One changed parameter.
     *
     * @param target the weight
     * @param module the factors; their shapes fit the weight
     */
    public record Change(Parameter target, LoraModule module) {
        /**
         * {@code weight + strength * alpha / rank * up * down}, a new tensor.
         *
         * @param weight the values to change, in the shape of the target
         * @param strength 1 for the adapter as it was trained; may be negative
         */
        Tensor added(Tensor weight, double strength) {
            return LowRank.added(
                    weight, factor(module.down(), weight), factor(module.up(), weight), strength * module.scale());
        }

        /** The values of a factor, in the type and on the device of {@code weight}. */
        private static Tensor factor(StoredTensor stored, Tensor weight) {
            Tensor values = stored.load().to(weight);
            if (!values.isfinite().all().item_bool()) {
                throw new InvalidFileException(stored.file(), "tensor " + stored.name() + " holds NaN or infinity");
            }
            return values;
        }
    }
}

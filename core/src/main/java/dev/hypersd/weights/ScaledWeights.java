package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Dequantises weights that are stored in eight bits with a scale: {@code weight * scale}, with one scale for the tensor
 * or one for each output channel. The scale is called {@code scale_weight} or {@code weight_scale}. Scales of the input
 * ({@code scale_input}, {@code input_scale}) are for multiplication in eight bits, which is not used here, and do not
 * change weights.
 *
 * <p>Any other tensor of a weight could change its meaning in an unknown way, and is refused.
 */
public final class ScaledWeights {
    private static final String WEIGHT = ".weight";
    private static final List<String> SCALES = List.of("scale_weight", "weight_scale");
    private static final String MARK = "scaled_fp8";

    /** The tensors that do not change weights. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("scale_input", "input_scale");

    private static final Set<String> OF_LAYERS =
            Set.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked");

    private ScaledWeights() {}

    /**
     * Returns a view of {@code source} with dequantised weights; closing it closes {@code source}.
     *
     * @throws InvalidFileException if there is a scale without a weight or of a shape that does not fit, or an unknown
     *     tensor of a weight
     */
    public static WeightView view(WeightSource source) {
        return WeightView.ofAll(source, ScaledWeights::tensors);
    }

    private static Map<String, StoredTensor> tensors(WeightSource source) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : source.names()) {
            int dot = name.lastIndexOf('.');
            String layer = name.substring(0, Math.max(dot, 0));
            String kind = name.substring(dot + 1);
            if (SCALES.contains(kind)) {
                if (source.find(layer + WEIGHT).isEmpty()) {
                    throw new InvalidFileException(
                            source.file(), "holds the scale " + name + " without the weight that it belongs to");
                }
            } else if (!WITHOUT_EFFECT.contains(kind) && !kind.equals(MARK)) {
                requireKnown(source, name, layer, kind);
                tensors.put(name, scaled(source, source.find(name).orElseThrow(), layer, kind));
            }
        }
        return tensors;
    }

    private static void requireKnown(WeightSource source, String name, String layer, String kind) {
        boolean besideWeight = source.find(layer + WEIGHT).isPresent() && !OF_LAYERS.contains(kind);
        int within = name.indexOf(WEIGHT + ".");
        boolean ofWeight = within >= 0
                && source.find(name.substring(0, within + WEIGHT.length())).isPresent();
        if (besideWeight || ofWeight) {
            throw new InvalidFileException(
                    source.file(),
                    "stores " + name + " for a weight, which is an unsupported kind of quantisation; FP8 "
                            + "with scales (scale_weight, weight_scale) and plain floating-point numbers are read");
        }
    }

    private static StoredTensor scaled(WeightSource source, StoredTensor tensor, String layer, String kind) {
        if (!kind.equals("weight")) {
            return tensor;
        }
        List<StoredTensor> scales = SCALES.stream()
                .flatMap(name -> source.find(layer + "." + name).stream())
                .toList();
        if (scales.isEmpty()) {
            return tensor;
        }
        if (scales.size() > 1) {
            throw new InvalidFileException(
                    source.file(), "holds two scales of " + tensor.name() + "; which one counts is not known");
        }
        return new Scaled(tensor, scales.getFirst(), scaleShape(tensor, scales.getFirst()));
    }

    /** Returns the shape to which the scale is broadcast. */
    private static long[] scaleShape(StoredTensor weight, StoredTensor scale) {
        long[] of = scale.shape();
        long count = Arrays.stream(of).reduce(1, (a, b) -> a * b);
        long[] shape = new long[weight.shape().length];
        Arrays.fill(shape, 1);
        if (count == 1) {
            return shape;
        }
        boolean perChannel = shape.length > 0 && of[0] == count && count == weight.shape()[0];
        if (!perChannel || !scale.dtype().isFloatingPoint() || !weight.dtype().isFloatingPoint()) {
            throw new InvalidFileException(
                    scale.file(),
                    "%s of shape %s does not fit %s of shape %s; a scale is one number, or one for each output channel"
                            .formatted(
                                    scale.name(), Arrays.toString(of), weight.name(), Arrays.toString(weight.shape())));
        }
        shape[0] = count;
        return shape;
    }

    /** A weight multiplied by its scale. */
    private record Scaled(StoredTensor weight, StoredTensor scale, long[] scaleShape) implements StoredTensor {
        @Override
        public String name() {
            return weight.name();
        }

        @Override
        public Dtype dtype() {
            return weight.dtype().isFloatingPoint() ? Dtype.F32 : weight.dtype();
        }

        @Override
        public long[] shape() {
            return weight.shape();
        }

        @Override
        public Path file() {
            return weight.file();
        }

        @Override
        public Tensor load() {
            return TensorScope.scoped(() -> weight.load()
                    .to(Dtype.F32.scalarType())
                    .mul(scale.load().to(Dtype.F32.scalarType()).reshape(scaleShape)));
        }
    }
}

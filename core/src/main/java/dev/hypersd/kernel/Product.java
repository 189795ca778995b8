package dev.hypersd.kernel;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.Layout;
import dev.hypersd.onednn.OneDnn.Operation;
import dev.hypersd.onednn.OneDnn.Plan;
import dev.hypersd.onednn.OneDnn.Scales;
import dev.hypersd.tensor.Dtype;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A linear layer or a convolution of given sizes and types.
 *
 * @param factors the type of both factors, BF16 or I8
 * @param result the type of the result
 * @param bias the type of the bias; empty for none
 * @param scaled whether the input has a scale; the weights have scales wherever factors are I8
 * @param input {@code [M, in]} of a linear layer, {@code [B, in, H, W]} of a convolution
 * @param weights {@code [out, in]} or {@code [out, in, k, k]}
 * @param form what the weights are used for
 */
record Product(
        Dtype factors,
        Dtype result,
        Optional<Dtype> bias,
        boolean scaled,
        List<Long> input,
        List<Long> weights,
        Form form) {
    private long out() {
        return weights.getFirst();
    }

    /** Returns the shape of the result. */
    long[] resultShape() {
        return form.linear()
                ? new long[] {input.getFirst(), out()}
                : new long[] {input.getFirst(), out(), along(input.get(2)), along(input.get(3))};
    }

    private long along(long side) {
        return Convolution.size(side, weights.get(2), form.stride(), form.padding());
    }

    /** Returns the layout in which the weights are multiplied fastest; the caller closes it. */
    Layout fastestWeights() {
        try (Layout any = Layout.any(factors, form.linear() ? transposed() : sizes(weights));
                Plan plan = plan(any)) {
            return plan.weights();
        }
    }

    /** Returns the layout of weights in row-major order; the caller closes it. */
    Layout plainWeights() {
        return form.linear()
                ? Layout.strided(factors, transposed(), new long[] {1, weights.get(1)})
                : Layout.rowMajor(factors, sizes(weights));
    }

    /**
     * Returns the layout of weights with output channels innermost and input channels next, from which the library
     * arranges them several times as fast as from row-major order; the caller closes it.
     */
    Layout outputsInnermost() {
        if (form.linear()) {
            return Layout.rowMajor(factors, transposed());
        }
        long plane = weights.get(0) * weights.get(1);
        return Layout.strided(factors, sizes(weights), new long[] {1, out(), weights.get(3) * plane, plane});
    }

    /** Compiles the product; its arguments are input, weights, result, and then scales and bias where there are any. */
    Operation compile(Layout packed) {
        List<Integer> numbers = new ArrayList<>(List.of(OneDnn.SRC, OneDnn.WEIGHTS, OneDnn.DST));
        try (Layout src = maps(factors, sizes(input));
                Layout dst = maps(result, resultShape());
                Layout each = Layout.rowMajor(Dtype.F32, out());
                Layout one = Layout.rowMajor(Dtype.F32, 1);
                Layout added = biasLayout(bias.orElse(Dtype.F32));
                Plan plan = plan(packed)) {
            List<Layout> layouts = new ArrayList<>(List.of(src, packed, dst));
            if (factors == Dtype.I8) {
                numbers.add(OneDnn.SCALES | OneDnn.WEIGHTS);
                layouts.add(each);
            }
            if (scaled) {
                numbers.add(OneDnn.SCALES | OneDnn.SRC);
                layouts.add(one);
            }
            if (bias.isPresent()) {
                numbers.add(OneDnn.BIAS);
                layouts.add(added);
            }
            return new Operation(
                    plan, numbers.stream().mapToInt(Integer::intValue).toArray(), layouts.toArray(Layout[]::new));
        }
    }

    private Plan plan(Layout weightsLayout) {
        List<Scales> scales = new ArrayList<>();
        if (factors == Dtype.I8) {
            scales.add(new Scales(OneDnn.WEIGHTS, form.linear() ? 2 : 1));
        }
        if (scaled) {
            scales.add(new Scales(OneDnn.SRC, 0));
        }
        Scales[] all = scales.toArray(Scales[]::new);
        try (Layout src = maps(factors, sizes(input));
                Layout dst = maps(result, resultShape());
                Layout added = biasLayout(bias.orElse(Dtype.F32))) {
            Optional<Layout> used = bias.map(_ -> added);
            return form.linear()
                    ? Plan.product(src, weightsLayout, used, dst, all)
                    : Plan.convolution(src, weightsLayout, used, dst, form.stride(), form.padding(), all);
        }
    }

    private Layout biasLayout(Dtype type) {
        return form.linear() ? Layout.rowMajor(type, 1, out()) : Layout.rowMajor(type, out());
    }

    private Layout maps(Dtype type, long... shape) {
        return form.linear() ? Layout.rowMajor(type, shape) : Layout.channelsLast(type, shape);
    }

    private long[] transposed() {
        return new long[] {weights.get(1), weights.get(0)};
    }

    private static long[] sizes(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    static List<Long> list(long... shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}

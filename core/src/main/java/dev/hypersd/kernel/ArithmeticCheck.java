package dev.hypersd.kernel;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A comparison of the convolutions and matrix products of this machine with the same in double precision. Libraries of
 * kernels choose an implementation for each processor, and some of them return wrong values for some shapes: pictures
 * are then noise, and trainings diverge, without any error.
 *
 * @param accuracies one for each element type that networks compute in
 */
public record ArithmeticCheck(List<Accuracy> accuracies) {
    private static final List<Dtype> TYPES = List.of(Dtype.F32, Dtype.BF16, Dtype.F16);

    /**
     * Channels in, channels out, side of the picture and side of the filters. They are full and partly filled blocks of
     * channels, single channels, odd numbers of channels, single pixels, and the shapes for which {@link Convolution}
     * has implementations of its own.
     */
    private static final long[][] CONVOLUTIONS = {
        {64, 64, 16, 3},
        {24, 32, 8, 3},
        {32, 4, 32, 3},
        {12, 20, 16, 3},
        {1, 16, 8, 3},
        {16, 1, 8, 1},
        {16, 3, 8, 3},
        {20, 20, 1, 3},
        {128, 128, 32, 3},
        {512, 512, 8, 3}
    };

    /** Rows, columns and inner dimension. */
    private static final long[][] PRODUCTS = {{256, 320, 320}, {77, 768, 768}, {37, 53, 41}, {1, 320, 1280}};

    public ArithmeticCheck {
        accuracies = List.copyOf(accuracies);
    }

    /**
     * The accuracy of one element type.
     *
     * @param type the type
     * @param convolution the largest error of convolutions and of their gradients, as a fraction of the largest value;
     *     NaN if a value is NaN
     * @param product the same of matrix products
     */
    public record Accuracy(Dtype type, double convolution, double product) {
        /**
         * Returns the largest error that rounding explains. Sums are computed in F32, where Winograd's algorithm loses
         * four bits. Results in half precision are rounded to 8 or 11 bits, and their gradients once more.
         */
        double tolerance() {
            return switch (type) {
                case BF16 -> 1.0 / 64;
                case F16 -> 1.0 / 512;
                default -> 5e-5;
            };
        }

        private Optional<String> fault() {
            // NaN is not below anything.
            List<String> faults = new ArrayList<>();
            if (!(convolution < tolerance())) {
                faults.add("convolutions by %s".formatted(share(convolution)));
            }
            if (!(product < tolerance())) {
                faults.add("matrix products by %s".formatted(share(product)));
            }
            return faults.isEmpty()
                    ? Optional.empty()
                    : Optional.of("%s %s".formatted(name(), String.join(" and ", faults)));
        }

        private static String share(double error) {
            return Double.isNaN(error) ? "NaN" : String.format(Locale.ROOT, "%.2g", error);
        }

        private String name() {
            return type.name().toLowerCase(Locale.ROOT);
        }
    }

    /** Computes the comparison, which takes less than a second. */
    public static ArithmeticCheck measure() {
        return Engine.call(() -> new ArithmeticCheck(TYPES.stream()
                .map(type -> new Accuracy(type, convolutionError(type), productError(type)))
                .toList()));
    }

    /** Returns whether all errors are those of rounding. */
    public boolean isSound() {
        return accuracies.stream().allMatch(accuracy -> accuracy.fault().isEmpty());
    }

    /** Returns the result in one line. */
    public String describe() {
        if (isSound()) {
            return "convolutions and matrix products agree with double precision in "
                    + accuracies.stream().map(Accuracy::name).collect(Collectors.joining(", "));
        }
        return "WRONG, away from double precision: %s of the largest value; choose another --dtype"
                .formatted(accuracies.stream()
                        .flatMap(accuracy -> accuracy.fault().stream())
                        .collect(Collectors.joining("; ")));
    }

    private static double convolutionError(Dtype type) {
        double largest = 0;
        for (long[] sizes : CONVOLUTIONS) {
            largest = Math.max(largest, TensorScope.released(() -> convolutionError(type, sizes)));
        }
        return largest;
    }

    /** Returns the larger of the errors of the result alone and of the result and its gradients in training. */
    private static double convolutionError(Dtype type, long... sizes) {
        Tensor x = torch.randn(2, sizes[0], sizes[2], sizes[2]).to(type.scalarType());
        Tensor weight = torch.randn(sizes[1], sizes[0], sizes[3], sizes[3])
                .mul(new Scalar(1 / Math.sqrt(sizes[0] * sizes[3] * sizes[3])))
                .to(type.scalarType());
        List<Tensor> expected = withGradients(x, weight, Dtype.F64);
        List<Tensor> learned = withGradients(x, weight, type);
        Tensor drawn = Convolution.apply(x, weight, Optional.empty(), 1, sizes[3] / 2);
        double largest = error(drawn, expected.getFirst());
        for (int i = 0; i < expected.size(); i++) {
            largest = Math.max(largest, error(learned.get(i), expected.get(i)));
        }
        return largest;
    }

    /** Returns the convolution in {@code type}, and the gradients of the sum of its squares by picture and weight. */
    private static List<Tensor> withGradients(Tensor x, Tensor weight, Dtype type) {
        Tensor picture = x.to(type.scalarType()).detach().set_requires_grad(true);
        Tensor filters = weight.to(type.scalarType()).detach().set_requires_grad(true);
        Tensor y = Convolution.apply(picture, filters, Optional.empty(), 1, weight.size(2) / 2);
        y.square().sum().backward();
        return List.of(y.detach(), picture.grad(), filters.grad());
    }

    private static double productError(Dtype type) {
        double largest = 0;
        for (long[] sizes : PRODUCTS) {
            largest = Math.max(largest, TensorScope.released(() -> {
                Tensor a = torch.randn(sizes[0], sizes[2]).to(type.scalarType());
                Tensor b = torch.randn(sizes[2], sizes[1]).to(type.scalarType());
                return error(Matmul.linear(a, b.t(), Optional.empty()), torch.mm(wide(a), wide(b)));
            }));
        }
        return largest;
    }

    /** Returns the largest difference as a fraction of the largest value. */
    private static double error(Tensor actual, Tensor expected) {
        return wide(actual).sub(expected).abs().max().item_double()
                / expected.abs().max().item_double();
    }

    private static Tensor wide(Tensor tensor) {
        return tensor.to(Dtype.F64.scalarType());
    }
}

package dev.hypersd.kernel;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The measured rates of linear layers in each type, as networks compute them: F32 by {@link Matmul}, BF16 and INT8 with
 * packed weights and, in INT8, with the input quantised each time.
 *
 * @param rates one for each type that this machine computes in with packed weights, and F32
 */
public record ProductSpeeds(List<Rate> rates) {
    private static final long SIZE = 1024;
    private static final int ROUNDS = 6;

    /** How much faster a type must be than F32 to be worth its rounding. */
    private static final double WORTH = 1.2;

    public ProductSpeeds {
        rates = List.copyOf(rates);
    }

    /**
     * The rate of one type.
     *
     * @param type the type
     * @param gigaflops billions of operations in a second, the best of several rounds
     */
    public record Rate(Dtype type, double gigaflops) {
        private String name() {
            return type == Dtype.I8 ? "int8" : type.name().toLowerCase(Locale.ROOT);
        }
    }

    /** Measures the rates, which takes less than a second. */
    public static ProductSpeeds measure() {
        return Engine.infer(() -> {
            Tensor x = torch.randn(SIZE, SIZE);
            Tensor w = torch.randn(SIZE, SIZE);
            List<Rate> rates = new ArrayList<>();
            rates.add(new Rate(Dtype.F32, rate(() -> Matmul.linear(x, w, Optional.empty()))));
            Tensor read = x.to(Engine.fastestDtype().scalarType());
            if (PackedWeight.isAvailable() && Engine.fastestDtype() == Dtype.BF16) {
                rates.add(new Rate(Dtype.BF16, packedRate(read, w, Dtype.BF16)));
            }
            if (PackedWeight.multipliesQuantised()) {
                rates.add(new Rate(Dtype.I8, packedRate(read, w, Dtype.I8)));
            }
            return new ProductSpeeds(rates);
        });
    }

    private static double packedRate(Tensor x, Tensor w, Dtype products) {
        try (PackedWeight packed = new PackedWeight(w, Form.LINEAR, products)) {
            return rate(() -> packed.linear(x, Optional.empty()));
        }
    }

    private static double rate(Supplier<Tensor> product) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round <= ROUNDS; round++) {
            long start = System.nanoTime();
            TensorScope.released(() -> product.get().numel());
            best = Math.min(best, System.nanoTime() - start);
        }
        return 2.0 * SIZE * SIZE * SIZE / best;
    }

    /** Returns the rate in F32, in billions of operations a second. */
    public double exact() {
        return rates.getFirst().gigaflops;
    }

    /** Returns the rates in one line. */
    public String describe() {
        return "%s GFLOP/s in linear layers"
                .formatted(rates.stream()
                        .map(rate -> "%.0f in %s".formatted(rate.gigaflops, rate.name()))
                        .collect(Collectors.joining(", ")));
    }

    /** Returns a sentence for each type that draws faster than F32 here. */
    public List<String> advice() {
        double exact = exact();
        return rates.stream()
                .skip(1)
                .filter(rate -> rate.gigaflops > WORTH * exact)
                .map(rate -> "Products in %s are %.1f times as fast as in f32: draw with --dtype %s."
                        .formatted(rate.name(), rate.gigaflops / exact, rate.name()))
                .toList();
    }
}

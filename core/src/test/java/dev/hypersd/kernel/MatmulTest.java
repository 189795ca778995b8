package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class MatmulTest {
    /** Sums of up to 70 products in F32 differ from double precision by some units in the last place. */
    private static final double ROUNDING = 1e-5;

    @Property(tries = 60)
    void aLinearLayerIsThatOfDoublePrecision(
            @ForAll @LongRange(min = 1, max = 70) long rows,
            @ForAll @LongRange(min = 1, max = 70) long in,
            @ForAll @LongRange(min = 1, max = 70) long out,
            @ForAll boolean biased) {
        double error = Engine.infer(() -> {
            Tensor x = torch.randn(2, rows, in);
            Tensor weight = torch.randn(out, in);
            Optional<Tensor> bias = biased ? Optional.of(torch.randn(out)) : Optional.empty();
            Tensor expected = wide(x).matmul(wide(weight).t());
            Tensor y = Matmul.linear(x, weight, bias);
            assertThat(Tensors.shape(y)).containsExactly(2, rows, out);
            return error(y, bias.map(b -> expected.add(wide(b))).orElse(expected));
        });
        assertThat(error).isLessThan(ROUNDING);
    }

    @Property(tries = 60)
    void matricesMayBePartsOfOthersAndTransposed(
            @ForAll @LongRange(min = 1, max = 40) long m,
            @ForAll @LongRange(min = 1, max = 40) long k,
            @ForAll @LongRange(min = 1, max = 40) long n,
            @ForAll boolean aTransposed,
            @ForAll boolean bTransposed) {
        double error = Engine.infer(() -> {
            Tensor a = part(m, k, aTransposed);
            Tensor b = part(k, n, bTransposed);
            Tensor around = torch.zeros(m, n + 3);
            Matmul.into(around.narrow(1, 2, n), a, b);
            assertThat(around.narrow(1, 0, 2).abs().max().item_float()).isZero();
            assertThat(around.narrow(1, n + 2, 1).abs().max().item_float()).isZero();
            return error(around.narrow(1, 2, n), wide(a).matmul(wide(b)));
        });
        assertThat(error).isLessThan(ROUNDING);
    }

    @Test
    void batchesAgreeWithDoublePrecision() {
        double error = Engine.infer(() -> {
            Tensor a = torch.randn(5, 7, 11);
            Tensor b = torch.randn(5, 13, 11).transpose(1, 2);
            Tensor product = Tensors.empty(5, 7, 13);
            Matmul.into(product, a, b);
            return error(product, wide(a).matmul(wide(b)));
        });
        assertThat(error).isLessThan(ROUNDING);
    }

    @Test
    void gradientsAreRecorded() {
        float slope = Engine.call(() -> {
            Tensor weight = torch.ones(1, 3).set_requires_grad(true);
            Matmul.linear(torch.ones(2, 3), weight, Optional.empty()).sum().backward();
            return weight.grad().select(1, 0).item_float();
        });
        assertThat(slope).isEqualTo(2);
    }

    @Test
    void halfPrecisionStaysHalfPrecision() {
        Dtype type = Engine.infer(() -> {
            Tensor x = torch.randn(2, 3).to(Dtype.BF16.scalarType());
            return Dtype.of(Matmul.linear(x, x, Optional.empty()).scalar_type());
        });
        assertThat(type).isEqualTo(Dtype.BF16);
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> Engine.infer(() -> Matmul.linear(torch.ones(2, 6), torch.ones(4, 3), Optional.empty())
                        .numel()))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> Engine.infer(() -> {
                    Matmul.into(torch.ones(2, 4), torch.ones(2, 3), torch.ones(5, 4));
                    return 0;
                }))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> Engine.infer(() -> {
                    Matmul.into(torch.ones(7, 2, 4), torch.ones(7, 2, 3), torch.ones(7, 5, 4));
                    return 0;
                }))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void weightsMayHaveGaps() {
        double error = Engine.infer(() -> {
            Tensor x = torch.randn(5, 6);
            Tensor weight = torch.randn(8, 6, 2).select(2, 1);
            return error(
                    Matmul.linear(x, weight, Optional.empty()),
                    wide(x).matmul(wide(weight).t()));
        });
        assertThat(error).isLessThan(ROUNDING);
    }

    private static Tensor part(long rows, long columns, boolean transposed) {
        return transposed
                ? torch.randn(columns + 2, rows + 5)
                        .narrow(0, 1, columns)
                        .narrow(1, 3, rows)
                        .t()
                : torch.randn(rows + 2, columns + 5).narrow(0, 1, rows).narrow(1, 3, columns);
    }

    private static Tensor wide(Tensor tensor) {
        return tensor.to(Dtype.F64.scalarType());
    }

    private static double error(Tensor actual, Tensor expected) {
        return wide(actual).sub(expected).abs().max().item_double()
                / expected.abs().max().item_double();
    }
}

package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.OperationRefused;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

class AttentionTest {
    @Property(tries = 25)
    void tilesAgreeWithDoublePrecision(
            @ForAll @LongRange(min = 1, max = 2) long batch,
            @ForAll @LongRange(min = 1, max = 3) long heads,
            @ForAll @LongRange(min = 1, max = 600) long queries,
            @ForAll @LongRange(min = 1, max = 90) long keys,
            @ForAll @LongRange(min = 1, max = 5) long eighths) {
        Engine.infer(() -> {
            Tensor q = torch.randn(batch, queries, heads * 8 * eighths);
            Tensor k = torch.randn(batch, keys, heads * 8 * eighths);
            Tensor v = torch.randn(batch, keys, heads * 8 * eighths);
            assertThat(error(tiled(q, k, v, heads), plain(q, k, v, heads))).isLessThan(tolerance(Dtype.F32));
            return 0;
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void largeAttentionAgreesWithDoublePrecision(Dtype type) {
        Engine.infer(() -> {
            Tensor q = torch.randn(2, 300, 3 * 40).to(type.scalarType());
            Tensor k = torch.randn(2, 270, 3 * 40).to(type.scalarType());
            Tensor v = torch.randn(2, 270, 3 * 40).to(type.scalarType());
            Tensor mixed = Attention.apply(q, k, v, 3);
            assertThat(Dtype.of(mixed.scalar_type())).isEqualTo(type);
            assertThat(error(mixed, plain(q, k, v, 3))).isLessThan(tolerance(type));
            return 0;
        });
    }

    @Test
    void tilesInHalfPrecisionAgreeWithDoublePrecision() {
        assumeTrue(Engine.fastestDtype() == Dtype.BF16, "this processor does not multiply BF16");
        Engine.infer(() -> {
            Tensor q = torch.randn(1, 300, 64).to(Dtype.BF16.scalarType());
            Tensor k = torch.randn(1, 77, 64).to(Dtype.BF16.scalarType());
            assertThat(error(tiled(q, k, k, 2), plain(q, k, k, 2))).isLessThan(tolerance(Dtype.BF16));
            return 0;
        });
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        Engine.infer(() -> {
            Tensor q = torch.randn(1, 300, 64);
            Tensor narrow = torch.randn(1, 300, 32);
            assertThatThrownBy(() -> TiledAttention.apply(q, narrow, q, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[1, 300, 32]");
            assertThatThrownBy(() -> TiledAttention.apply(q, q, narrow, 2))
                    .isInstanceOf(IllegalArgumentException.class);
            return 0;
        });
    }

    @Test
    void gradientsAreRecorded() {
        Engine.call(() -> {
            Tensor q = torch.randn(1, 300, 64).set_requires_grad(true);
            Attention.apply(q, torch.randn(1, 300, 64), torch.randn(1, 300, 64), 1)
                    .sum()
                    .backward();
            assertThat(q.grad().abs().max().item_float()).isPositive();
            return 0;
        });
    }

    /** Of values around 1; scores and weights are rounded to 8 bits in BF16, and their mean once more. */
    private static double tolerance(Dtype type) {
        return type == Dtype.F32 ? 1e-5 : 0.03;
    }

    private static Tensor tiled(Tensor q, Tensor k, Tensor v, long heads) {
        assumeTrue(OneDnn.isAvailable());
        try {
            return TiledAttention.apply(q, k, v, heads);
        } catch (OperationRefused e) {
            throw new TestAbortedException("this processor has no fast products", e);
        }
    }

    /** Computes attention as it is defined, in double precision. */
    private static Tensor plain(Tensor q, Tensor k, Tensor v, long heads) {
        Tensor scores = split(q, heads)
                .matmul(split(k, heads).transpose(2, 3))
                .mul(new Scalar(1 / Math.sqrt((double) q.size(2) / heads)));
        return scores.softmax(3).matmul(split(v, heads)).transpose(1, 2).reshape(q.size(0), q.size(1), q.size(2));
    }

    private static Tensor split(Tensor x, long heads) {
        return x.to(Dtype.F64.scalarType())
                .view(x.size(0), x.size(1), heads, x.size(2) / heads)
                .transpose(1, 2);
    }

    private static double error(Tensor actual, Tensor expected) {
        return actual.to(Dtype.F64.scalarType()).sub(expected).abs().max().item_double();
    }
}

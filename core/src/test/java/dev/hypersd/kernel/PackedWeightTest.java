package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hypersd.onednn.OneDnn;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PackedWeightTest {
    /**
     * Results in BF16 are rounded to eight bits, which is at most 1/256 of the largest. In INT8 a number in the middle
     * of two integers may also be rounded to the other one than here. Each such step of 1/127 of the largest input
     * changes a sum of 32 products by up to about 1/300 of the largest result, and two or three of them may meet.
     */
    private static final double ROUNDED = 1.0 / 64;

    @BeforeEach
    void seed() {
        torch.manual_seed(0);
    }

    @Property(tries = 30)
    void linearLayersAgreeWithDoublePrecision(
            @ForAll @IntRange(min = 1, max = 6) int in,
            @ForAll @IntRange(min = 1, max = 6) int out,
            @ForAll @IntRange(min = 1, max = 150) int rows,
            @ForAll boolean biased,
            @ForAll boolean quantised,
            @ForAll boolean wide) {
        Assume.that(!quantised || PackedWeight.multipliesQuantised());
        inArena(arena -> {
            Dtype type = quantised && wide ? Dtype.F32 : Dtype.BF16;
            Tensor x = random(type, 2, rows, 32L * in);
            Tensor w = random(type, 32L * out, 32L * in);
            Optional<Tensor> b = biased ? Optional.of(random(type, 32L * out)) : Optional.empty();
            PackedWeight packed = linear(w, quantised ? Dtype.I8 : Dtype.BF16, arena);
            Tensor y = packed.linear(x, b);
            boolean byVector = quantised && out < in;
            Tensor read = quantised ? rounded(x.reshape(byVector ? -1 : 1, byVector ? 32L * in : -1), type) : x;
            Tensor weights = quantised ? rounded(w, Dtype.F32) : w;
            Tensor expected = torch.linear(
                    wide(read).view(2, rows, 32L * in),
                    wide(weights),
                    b.map(PackedWeightTest::wide).map(TensorOptional::new).orElseGet(TensorOptional::new));
            assertThat(error(y, expected)).isLessThan(ROUNDED);
            assertThat(Dtype.of(y.scalar_type())).isEqualTo(type);
            return 0;
        });
    }

    @Property(tries = 30)
    void convolutionsAgreeWithDoublePrecision(
            @ForAll @IntRange(min = 1, max = 5) int in,
            @ForAll @IntRange(min = 1, max = 5) int out,
            @ForAll @IntRange(min = 1, max = 20) int height,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 2) int batch,
            @ForAll @IntRange(min = 1, max = 2) int stride,
            @ForAll boolean pointwise,
            @ForAll boolean biased,
            @ForAll boolean quantised,
            @ForAll boolean channelsLast) {
        Assume.that(!quantised || PackedWeight.multipliesQuantised());
        inArena(arena -> {
            long kernel = pointwise ? 1 : 3;
            Tensor x = random(Dtype.BF16, batch, 32L * in, height, width)
                    .contiguous(channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
            Tensor w = random(Dtype.BF16, 32L * out, 32L * in, kernel, kernel);
            Optional<Tensor> b = biased ? Optional.of(random(Dtype.BF16, 32L * out)) : Optional.empty();
            PackedWeight packed = arena.own(
                    new PackedWeight(w, Form.convolution(stride, kernel / 2), quantised ? Dtype.I8 : Dtype.BF16));
            Tensor y = packed.convolution(x, b);
            Tensor read = quantised ? rounded(x.reshape(1, -1), Dtype.F32).view(Tensors.shape(x)) : x;
            Tensor weights = quantised ? rounded(w.flatten(1, -1), Dtype.F32).view(Tensors.shape(w)) : w;
            Tensor expected = torch.conv2d(
                    wide(read),
                    wide(weights),
                    b.map(PackedWeightTest::wide).map(TensorOptional::new).orElseGet(TensorOptional::new),
                    new long[] {stride, stride},
                    new long[] {kernel / 2, kernel / 2},
                    new long[] {1, 1},
                    1);
            assertThat(error(y, expected)).isLessThan(ROUNDED);
            assertThat(y.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            return 0;
        });
    }

    /** The same weight is arranged anew where a picture of another size needs it. */
    @Test
    void oneWeightFitsPicturesOfSeveralSizes() {
        inArena(arena -> {
            Tensor w = random(Dtype.BF16, 192, 192, 3, 3);
            for (Dtype products :
                    PackedWeight.multipliesQuantised() ? List.of(Dtype.BF16, Dtype.I8) : List.of(Dtype.BF16)) {
                PackedWeight packed = arena.own(new PackedWeight(w, Form.convolution(1, 1), products));
                for (long side : new long[] {24, 1, 8, 24}) {
                    Tensor x = random(Dtype.BF16, 1, 192, side, side);
                    Tensor y = packed.convolution(x, Optional.empty());
                    boolean quantised = products == Dtype.I8;
                    Tensor read =
                            quantised ? rounded(x.reshape(1, -1), Dtype.F32).view(Tensors.shape(x)) : x;
                    Tensor weights =
                            quantised ? rounded(w.flatten(1, -1), Dtype.F32).view(Tensors.shape(w)) : w;
                    Tensor expected = torch.conv2d(
                            read.to(Dtype.F32.scalarType()),
                            weights.to(Dtype.F32.scalarType()),
                            new TensorOptional(),
                            new long[] {1, 1},
                            new long[] {1, 1},
                            new long[] {1, 1},
                            1);
                    assertThat(error(y, wide(expected))).isLessThan(ROUNDED);
                }
            }
            return 0;
        });
    }

    /** Normally distributed numbers quantised to eight bits keep an error near one hundredth. */
    @Test
    void quantisationCostsAboutOneHundredth() {
        assumeTrue(PackedWeight.multipliesQuantised());
        inArena(arena -> {
            Tensor x = random(Dtype.F32, 64, 320);
            Tensor w = random(Dtype.F32, 320, 320);
            PackedWeight packed = linear(w, Dtype.I8, arena);
            Tensor y = packed.linear(x, Optional.empty());
            Tensor exact = torch.linear(x, w);
            double relative = y.sub(exact).norm().item_double() / exact.norm().item_double();
            assertThat(relative).isBetween(0.004, 0.02);
            return 0;
        });
    }

    @Test
    void anInputOfZerosGivesTheBias() {
        inArena(arena -> {
            Tensor b = random(Dtype.BF16, 32);
            PackedWeight packed = linear(random(Dtype.BF16, 32, 64), Dtype.I8, arena);
            Tensor zeros = torch.zeros(3, 64).to(Dtype.BF16.scalarType());
            assertThat(Tensors.toFloats(packed.linear(zeros, Optional.of(b)).select(0, 1)))
                    .isEqualTo(Tensors.toFloats(b));
            return 0;
        });
    }

    @Test
    void inputsThatDoNotFitAreRefused() {
        inArena(arena -> {
            PackedWeight packed = linear(random(Dtype.BF16, 32, 64), Dtype.BF16, arena);
            for (Tensor x :
                    List.of(random(Dtype.BF16, 3, 63), random(Dtype.F32, 3, 64), random(Dtype.BF16, 1, 64, 4, 4))) {
                assertThatThrownBy(() -> packed.linear(x, Optional.empty()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("a packed weight [32, 64] in BF16 cannot be applied to");
            }
            assertThatThrownBy(() -> packed.convolution(random(Dtype.BF16, 1, 64, 4, 4), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> linear(random(Dtype.BF16, 20, 64), Dtype.BF16, arena))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a weight cannot be packed: BF16 [20, 64]");
            return 0;
        });
    }

    /** With a bias in BF16 the library has no fast convolution in INT8. */
    @Test
    void theReferenceImplementationIsNotUsed() {
        Product slow = new Product(
                Dtype.I8,
                Dtype.BF16,
                Optional.of(Dtype.BF16),
                true,
                Product.list(1, 32, 8, 8),
                Product.list(32, 32, 3, 3),
                Form.convolution(1, 1));
        assertThatThrownBy(slow::fastestWeights)
                .isInstanceOf(OneDnn.OperationRefused.class)
                .hasMessageStartingWith("oneDNN has only ref");
    }

    private static void inArena(Function<TensorArena, Integer> test) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                return test.apply(arena);
            }
        });
    }

    private static PackedWeight linear(Tensor weight, Dtype products, TensorArena arena) {
        return arena.own(new PackedWeight(weight, Form.LINEAR, products));
    }

    private static Tensor random(Dtype type, long... shape) {
        return torch.randn(shape).to(type.scalarType());
    }

    private static Tensor wide(Tensor x) {
        return x.to(Dtype.F64.scalarType());
    }

    /** Rounds each row to multiples of a 127th of its largest magnitude. */
    private static Tensor rounded(Tensor rows, Dtype scaleType) {
        Tensor scales = rows.to(Dtype.F32.scalarType())
                .abs()
                .amax(new long[] {1}, true)
                .div(new Scalar(127.0))
                .to(scaleType.scalarType())
                .to(Dtype.F64.scalarType());
        return torch.round(wide(rows).div(scales))
                .clamp(new ScalarOptional(new Scalar(-128.0)), new ScalarOptional(new Scalar(127.0)))
                .mul(scales);
    }

    private static double error(Tensor actual, Tensor expected) {
        return wide(actual).sub(expected).abs().max().item_double()
                / expected.abs().max().item_double();
    }
}

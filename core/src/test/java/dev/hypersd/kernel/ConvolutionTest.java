package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {
    /**
     * F(4x4, 3x3) loses about four bits against the plain way; errors of the transforms, in contrast, are of the size
     * of the result.
     */
    private static final double WINOGRAD = 5e-5;

    /** Same products, another order of summation. */
    private static final double REORDERED = 5e-6;

    record Shape(long batch, long in, long out, long height, long width) {}

    static Stream<Shape> shapes() {
        return Stream.of(
                new Shape(1, 128, 128, 32, 32), // one band exactly
                new Shape(1, 130, 128, 36, 44), // several bands, the last one shorter
                new Shape(1, 128, 131, 33, 34), // sizes that are no multiple of a tile
                new Shape(3, 128, 128, 20, 28), // several images
                new Shape(1, 16, 24, 4, 520), // wider than a band
                new Shape(2, 3, 5, 1, 1), // a single pixel
                new Shape(2, 128, 128, 32, 36), // without bias
                new Shape(1, 8, 4, 5, 3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void winogradAgreesWithThePlainWay(Shape shape) {
        compare(shape, WINOGRAD, (x, w, b) -> Winograd.apply(x, w, b));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theChosenWayAgreesWithThePlainWay(Shape shape) {
        compare(shape, WINOGRAD, (x, w, b) -> Convolution.apply(x, w, b, 1, 1));
    }

    /** The same sums in another order. */
    @Test
    void im2colAgreesWithThePlainWay() {
        Engine.infer(() -> {
            for (long[] kernelStridePadding : new long[][] {{3, 1, 1}, {3, 2, 1}, {1, 1, 0}, {5, 2, 0}}) {
                Tensor x = torch.randn(2, 12, 9, 11).contiguous(MemoryFormat.ChannelsLast);
                Tensor w = weight(20, 12, kernelStridePadding[0]);
                for (Optional<Tensor> b : List.of(Optional.of(torch.randn(20)), Optional.<Tensor>empty())) {
                    Tensor y = Im2col.apply(x, w, b, kernelStridePadding[1], kernelStridePadding[2]);
                    assertClose(
                            y, Convolution.plain(x, w, b, kernelStridePadding[1], kernelStridePadding[2]), REORDERED);
                    assertThat(y.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
                }
            }
            return 0;
        });
    }

    @Test
    void wideLayersOfSmallPicturesAgreeWithThePlainWay() {
        Engine.infer(() -> {
            Tensor x = torch.randn(2, 512, 8, 8);
            Tensor w = weight(520, 512, 3);
            Optional<Tensor> b = Optional.of(torch.randn(520));
            assertClose(Convolution.apply(x, w, b, 1, 1), Convolution.plain(x, w, b, 1, 1), REORDERED);
            return 0;
        });
    }

    @Test
    void winogradReadsEitherLayout() {
        Engine.infer(() -> {
            Tensor x = torch.randn(1, 128, 32, 40);
            Tensor w = weight(128, 128, 3);
            Optional<Tensor> b = Optional.of(torch.randn(128));
            Tensor one = Winograd.apply(x, w, b);
            Tensor other = Winograd.apply(x.contiguous(MemoryFormat.ChannelsLast), w, b);
            assertThat(Tensors.toFloats(one)).isEqualTo(Tensors.toFloats(other));
            return 0;
        });
    }

    @Test
    void stridesAndOtherKernelsAgreeWithThePlainWay() {
        Engine.infer(() -> {
            for (long[] kernelStridePadding : new long[][] {{3, 2, 1}, {1, 1, 0}, {3, 2, 0}, {4, 4, 0}, {5, 1, 2}}) {
                Tensor x = torch.randn(2, 12, 33, 35);
                Tensor w = weight(20, 12, kernelStridePadding[0]);
                Optional<Tensor> b = Optional.of(torch.randn(20));
                assertClose(
                        Convolution.apply(x, w, b, kernelStridePadding[1], kernelStridePadding[2]),
                        Convolution.plain(x, w, b, kernelStridePadding[1], kernelStridePadding[2]),
                        REORDERED);
            }
            return 0;
        });
    }

    @Test
    void withoutGradientsChannelsAreInnermost() {
        Engine.infer(() -> {
            for (long channels : new long[] {16, 128}) {
                Tensor y = Convolution.apply(
                        torch.randn(1, channels, 33, 34), weight(channels, channels, 3), Optional.empty(), 1, 1);
                assertThat(y.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
            }
            return 0;
        });
    }

    @Test
    void gradientsAreThoseOfThePlainWay() {
        Engine.call(() -> {
            Tensor x = torch.randn(1, 128, 32, 32).set_requires_grad(true);
            Tensor w = weight(128, 128, 3).set_requires_grad(true);
            Optional<Tensor> b = Optional.of(torch.randn(128));
            Convolution.apply(x, w, b, 1, 1).square().sum().backward();
            float[] chosen = Tensors.toFloats(w.grad());
            w.grad().zero_();
            Convolution.plain(x, w, b, 1, 1).square().sum().backward();
            assertThat(chosen).isEqualTo(Tensors.toFloats(w.grad()));
            return 0;
        });
    }

    @Test
    void otherTypesThanF32TakeThePlainWay() {
        Engine.infer(() -> {
            Tensor x = torch.randn(1, 128, 32, 32).to(Dtype.BF16.scalarType());
            Tensor w = weight(128, 128, 3).to(Dtype.BF16.scalarType());
            Optional<Tensor> b = Optional.of(torch.randn(128).to(Dtype.BF16.scalarType()));
            assertThat(Dtype.of(Convolution.apply(x, w, b, 1, 1).scalar_type())).isEqualTo(Dtype.BF16);
            return 0;
        });
    }

    /**
     * With partly filled blocks of channels, and with odd numbers of output channels in BF16, oneDNN was wrong by a
     * tenth of the largest value, or gave NaN.
     */
    @ParameterizedTest
    @CsvSource({
        "24, 24, 8, 3",
        "24, 32, 8, 3",
        "32, 24, 8, 3",
        "32, 4, 32, 3",
        "130, 128, 36, 3",
        "12, 20, 16, 3",
        "9, 32, 8, 3",
        "8, 8, 8, 3",
        "1, 16, 8, 3",
        "16, 1, 8, 3",
        "16, 1, 8, 1",
        "1, 16, 8, 1",
        "72, 24, 8, 3",
        "20, 20, 1, 3",
        "4, 32, 8, 1",
        "16, 3, 8, 3",
        "32, 19, 8, 1",
        "7, 17, 7, 3"
    })
    void valuesAndGradientsAreThoseOfDoublePrecision(long in, long out, long side, long kernel) {
        Engine.call(() -> {
            Tensor x = torch.randn(2, in, side, side);
            Tensor w = weight(out, in, kernel);
            Tensor g = torch.randn(2, out, side, side);
            for (Dtype type : List.of(Dtype.F32, Dtype.BF16)) {
                List<Tensor> expected = valueAndGradients(x.to(type.scalarType()), w.to(type.scalarType()), g, true);
                List<Tensor> actual = valueAndGradients(x.to(type.scalarType()), w.to(type.scalarType()), g, false);
                for (int i = 0; i < expected.size(); i++) {
                    // BF16 has eight digits of precision in base two, and results are rounded once.
                    assertClose(actual.get(i), expected.get(i), type == Dtype.F32 ? REORDERED : 1.0 / 64);
                }
            }
            return 0;
        });
    }

    /** Mixed precision converts within the engine, so the convolution is asked for F32. */
    @Test
    void oddNumbersOfChannelsHaveTheGradientsOfDoublePrecisionInMixedPrecisionToo() {
        Engine.call(() -> {
            Tensor x = torch.randn(2, 16, 8, 8);
            Tensor w = weight(3, 16, 3);
            Tensor g = torch.randn(2, 3, 8, 8);
            List<Tensor> expected = valueAndGradients(x, w, g, true);
            List<Tensor> actual = Autocast.during(Dtype.BF16, () -> valueAndGradients(x, w, g, false));
            for (int i = 0; i < expected.size(); i++) {
                assertClose(actual.get(i), expected.get(i), 1.0 / 64);
            }
            return 0;
        });
    }

    /** Returns the result, and the gradients by the picture and by the weight. */
    private static List<Tensor> valueAndGradients(Tensor x, Tensor weight, Tensor gradient, boolean inDouble) {
        ScalarType type = inDouble ? ScalarType.Double : x.scalar_type();
        Tensor input = x.to(type).detach().set_requires_grad(true);
        Tensor kernel = weight.to(type).detach().set_requires_grad(true);
        Tensor y = Convolution.apply(input, kernel, Optional.empty(), 1, weight.size(2) / 2);
        y.mul(gradient.to(x.scalar_type()).to(type)).sum().backward();
        return Stream.of(y.detach(), input.grad(), kernel.grad())
                .map(tensor -> tensor.to(ScalarType.Double))
                .toList();
    }

    private interface Way {
        Tensor apply(Tensor x, Tensor weight, Optional<Tensor> bias);
    }

    private static void compare(Shape shape, double tolerance, Way way) {
        Engine.infer(() -> {
            Tensor x = torch.randn(shape.batch(), shape.in(), shape.height(), shape.width());
            Tensor w = weight(shape.out(), shape.in(), 3);
            Optional<Tensor> b = shape.batch() == 2 ? Optional.empty() : Optional.of(torch.randn(shape.out()));
            assertClose(way.apply(x, w, b), Convolution.plain(x, w, b, 1, 1), tolerance);
            return 0;
        });
    }

    private static Tensor weight(long out, long in, long kernel) {
        return torch.randn(out, in, kernel, kernel).mul(new Scalar(1 / Math.sqrt(in * kernel * kernel)));
    }

    /** The largest difference, relative to the largest value. */
    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(Tensors.shape(actual)).isEqualTo(Tensors.shape(expected));
        double largest = expected.abs().max().item_float();
        double difference = actual.sub(expected).abs().max().item_float();
        assertThat(difference / largest)
                .as("relative difference of " + Arrays.toString(Tensors.shape(actual)))
                .isLessThan(tolerance);
    }
}

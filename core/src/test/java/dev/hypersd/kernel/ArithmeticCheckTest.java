package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.kernel.ArithmeticCheck.Accuracy;
import dev.hypersd.tensor.Dtype;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArithmeticCheckTest {
    private static final Accuracy EXACT = new Accuracy(Dtype.F32, 1e-6, 1e-7);

    @Test
    void everyTypeThatNetworksComputeInAgreesWithDoublePrecisionHere() {
        ArithmeticCheck check = ArithmeticCheck.measure();
        assertThat(check.accuracies()).extracting(Accuracy::type).containsExactly(Dtype.F32, Dtype.BF16, Dtype.F16);
        assertThat(check.describe())
                .isEqualTo("convolutions and matrix products agree with double precision in f32, bf16, f16");
        // Half precision rounds, so an error of nothing would mean that nothing was compared.
        assertThat(check.accuracies())
                .allSatisfy(accuracy -> assertThat(accuracy.convolution()).isPositive())
                .allSatisfy(accuracy -> assertThat(accuracy.product()).isPositive());
    }

    @Test
    void anErrorBeyondRoundingIsNamedWithTypeOperationAndSize() {
        ArithmeticCheck check = new ArithmeticCheck(List.of(EXACT, new Accuracy(Dtype.BF16, 0.125, 0.002)));
        assertThat(check.isSound()).isFalse();
        assertThat(check.describe())
                .isEqualTo("WRONG, away from double precision: bf16 convolutions by 0.13 of the largest value; choose "
                        + "another --dtype");
    }

    @Test
    void aResultOfNanIsAnError() {
        ArithmeticCheck check = new ArithmeticCheck(List.of(EXACT, new Accuracy(Dtype.F16, 1e-4, Double.NaN)));
        assertThat(check.isSound()).isFalse();
        assertThat(check.describe()).contains("f16 matrix products by NaN").doesNotContain("f32");
    }
}

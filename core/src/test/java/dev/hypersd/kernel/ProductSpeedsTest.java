package dev.hypersd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.kernel.ProductSpeeds.Rate;
import dev.hypersd.tensor.Dtype;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProductSpeedsTest {
    @Test
    void typesThatAreClearlyFasterThanF32AreAdvised() {
        ProductSpeeds speeds = new ProductSpeeds(
                List.of(new Rate(Dtype.F32, 100), new Rate(Dtype.BF16, 105), new Rate(Dtype.I8, 310)));
        assertThat(speeds.describe()).isEqualTo("100 in f32, 105 in bf16, 310 in int8 GFLOP/s in linear layers");
        assertThat(speeds.advice())
                .containsExactly("Products in int8 are 3.1 times as fast as in f32: draw with --dtype int8.");
    }

    @Test
    void everyMachineMeasuresF32AndWhatItHasPackedWeightsFor() {
        List<Rate> rates = ProductSpeeds.measure().rates();
        assertThat(rates.getFirst().type()).isEqualTo(Dtype.F32);
        assertThat(rates).allMatch(rate -> rate.gigaflops() > 0);
        assertThat(rates.stream().anyMatch(rate -> rate.type() == Dtype.I8))
                .isEqualTo(PackedWeight.multipliesQuantised());
    }
}

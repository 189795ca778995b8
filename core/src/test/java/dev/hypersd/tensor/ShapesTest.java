package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ShapesTest {
    private static final Tensor MATRIX = Tensors.meta(Dtype.F32, 2, 3);

    @Test
    void sizesThatFitPass() {
        assertThatCode(() -> Shapes.require("it", MATRIX, Shapes.ANY, 3)).doesNotThrowAnyException();
    }

    @Test
    void theMessageGivesBothShapes() {
        assertThatThrownBy(() -> Shapes.require("the matrix", MATRIX, Shapes.ANY, 4))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the matrix must have shape [*, 4], not [2, 3]");
        assertThatThrownBy(() -> Shapes.require("the matrix", MATRIX, 2, 3, 1))
                .hasMessage("the matrix must have shape [2, 3, 1], not [2, 3]");
    }

    @Test
    void anySizeMeansAtLeastOne() {
        assertThatThrownBy(() -> Shapes.require("it", Tensors.meta(Dtype.F32, 0), Shapes.ANY))
                .hasMessage("it must have shape [*], not [0]");
    }

    @Test
    void countsThatOverflowAreRefused() {
        assertThatThrownBy(() -> Shapes.count(1L << 32, 1L << 32)).isInstanceOf(ArithmeticException.class);
    }
}

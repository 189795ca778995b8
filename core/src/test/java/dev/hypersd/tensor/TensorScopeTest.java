package dev.hypersd.tensor;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TensorScopeTest {
    @Test
    void onlyTheResultOutlivesItsScope() {
        List<Tensor> made = new ArrayList<>();
        try (PointerScope outer = new PointerScope()) {
            Tensor result = scoped(() -> {
                made.add(ones());
                return made.getFirst().add(new Scalar(1.0));
            });
            made.add(result);
            assertThat(made.get(0).isNull()).isTrue();
            assertThat(Tensors.toFloats(result)).containsExactly(2, 2);
        }
        assertThat(made.get(1).isNull()).isTrue();
    }

    @Test
    void aResultWithoutAnOuterScopeBelongsToTheCaller() {
        long before = Pointer.totalCount();
        Tensor result = scoped(TensorScopeTest::ones);
        assertThat(result.isNull()).isFalse();
        result.close();
        assertThat(result.isNull()).isTrue();
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void aChainFreesEachTensorOnceTheNextIsMade() {
        List<Tensor> links = new ArrayList<>();
        try (PointerScope outer = new PointerScope()) {
            Tensor x = ones();
            Tensor result =
                    chain(x, h -> keep(links, h.add(new Scalar(1.0))), h -> keep(links, h.mul(new Scalar(3.0))), h -> {
                        assertThat(links.get(0).isNull()).isTrue();
                        return keep(links, h.sub(new Scalar(1.0)));
                    });
            assertThat(links).extracting(link -> link.isNull()).containsExactly(true, true, false);
            assertThat(Tensors.toFloats(result)).containsExactly(5, 5);
            assertThat(Tensors.toFloats(x)).containsExactly(1, 1);
        }
    }

    @Test
    void theResultOfAnInPlaceStepIsFreedToo() {
        List<Tensor> links = new ArrayList<>();
        try (PointerScope outer = new PointerScope()) {
            Tensor x = ones();
            Tensor result = chain(
                    x,
                    h -> keep(links, h.add(new Scalar(1.0))),
                    h -> h.mul_(new Scalar(3.0)),
                    h -> h.sub(new Scalar(1.0)));
            assertThat(links.getFirst().isNull()).isTrue();
            assertThat(Tensors.toFloats(result)).containsExactly(5, 5);
        }
    }

    @Test
    void aChainWithoutStepsReturnsItsInput() {
        try (PointerScope outer = new PointerScope()) {
            Tensor x = ones();
            assertThat(chain(x, List.of())).isSameAs(x);
            assertThat(chain(x, h -> h, h -> h)).isSameAs(x);
        }
    }

    private static Tensor keep(List<Tensor> links, Tensor link) {
        links.add(link);
        return link;
    }

    private static Tensor ones() {
        return Tensors.of(new float[] {1, 1}, 2);
    }
}

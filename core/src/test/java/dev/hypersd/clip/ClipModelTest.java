package dev.hypersd.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.GradientCheck;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ClipModelTest {
    private static final ClipConfig TINY = new ClipConfig(
            new ClipTextConfig(10, 8, 16, 1, 2, 6, Activation.QUICK_GELU, 1e-5, 9, OptionalInt.of(4)),
            new ClipVisionConfig(8, 4, 8, 16, 1, 2, Activation.QUICK_GELU, 1e-5, 4));

    @Test
    void vitB32HasThePublishedNumberOfParameters() {
        assertThat(count(512, 8, 512, 32, 768, 12, 512)).isEqualTo(151_277_313L);
    }

    @Test
    void vitL14HasThePublishedNumberOfParameters() {
        assertThat(count(768, 12, 768, 14, 1024, 24, 768)).isEqualTo(427_616_513L);
    }

    @Test
    void bothTowersCanBeTrained() {
        GradientCheck.check(p -> {
            ClipModel model = new ClipModel(TINY, p);
            Tensor ids = Tensors.of(new long[] {0, 3, 9, 0, 5, 9}, 2, 3);
            Tensor pixels = torch.randn(new long[] {2, 3, 8, 8}, Tensors.options(Dtype.F64));
            return () -> model.texts(ids).mm(model.pictures(pixels).t()).mul(model.scale());
        });
    }

    @Test
    void picturesOfAnotherSizeAreRefused() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                ClipModel model = new ClipModel(TINY, new Parameters(new RandomParameters(1, Dtype.F32, arena)));
                assertThatThrownBy(() -> model.pictures(Tensors.empty(1, 3, 8, 12)))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessage("the pictures must have shape [*, 3, 8, 8], not [1, 3, 8, 12]");
            }
            return 0;
        });
    }

    private static long count(int text, int heads, int embedding, int patch, int vision, int layers, int projection) {
        Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
        new ClipModel(
                new ClipConfig(
                        new ClipTextConfig(
                                49408,
                                text,
                                4 * embedding,
                                12,
                                heads,
                                77,
                                Activation.QUICK_GELU,
                                1e-5,
                                2,
                                OptionalInt.of(projection)),
                        new ClipVisionConfig(
                                224,
                                patch,
                                vision,
                                4 * vision,
                                layers,
                                vision / 64,
                                Activation.QUICK_GELU,
                                1e-5,
                                projection)),
                parameters);
        return parameters.count();
    }
}

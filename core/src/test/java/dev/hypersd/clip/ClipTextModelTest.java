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
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ClipTextModelTest {
    private static final int END = 5;

    @Test
    void clipLHasThePublishedNumberOfParameters() {
        assertThat(count(new ClipTextConfig(
                        49408, 768, 3072, 12, 12, 77, Activation.QUICK_GELU, 1e-5, 2, OptionalInt.empty())))
                .isEqualTo(123_060_480L);
    }

    @Test
    void openClipBigGHasThePublishedNumberOfParameters() {
        assertThat(count(new ClipTextConfig(
                        49408, 1280, 5120, 32, 20, 77, Activation.GELU, 1e-5, 2, OptionalInt.of(1280))))
                .isEqualTo(694_659_840L);
    }

    @Test
    void newFilesPoolAtTheFirstEndOfText() {
        assertPooledAt(END, 2, 1, 9, END, END, 7);
        assertPooledAt(END, 0, END, END, END, END, END);
    }

    @Test
    void newFilesWithoutAnEndOfTextPoolAtTheFirstToken() {
        assertPooledAt(END, 0, 1, 9, 3, 4, 7);
    }

    @Test
    void oldFilesPoolAtTheFirstOfTheLargestIds() {
        assertPooledAt(ClipTextConfig.LEGACY_END_OF_TEXT, 1, 1, 9, 2, 9, 7);
    }

    @Test
    void laterTokensDoNotReachBack() {
        withModel(END, model -> {
            Tensor one = model.forward(ids(1, 2, 3)).lastHiddenState().narrow(1, 0, 2);
            Tensor other = model.forward(ids(1, 2, 8)).lastHiddenState().narrow(1, 0, 2);
            assertThat(Tensors.toFloats(one)).isEqualTo(Tensors.toFloats(other));
        });
    }

    @Test
    void skippingNoLayerGivesTheLastHiddenState() {
        withModel(END, model -> {
            ClipTextOutput output = model.forward(ids(1, 2, END));
            assertThat(Tensors.toFloats(model.clipSkip(output, 0)))
                    .isEqualTo(Tensors.toFloats(output.lastHiddenState()));
            assertThat(output.hiddenStates()).hasSize(3);
            assertThatThrownBy(() -> model.clipSkip(output, 3))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("cannot skip the last 3 layers of a text encoder with 2");
        });
    }

    @Test
    void allParametersTrain() {
        for (Activation activation : Activation.values()) {
            ClipTextConfig config = new ClipTextConfig(4, 8, 16, 2, 2, 4, activation, 1e-5, 3, OptionalInt.of(5));
            GradientCheck.check(p -> {
                ClipTextModel model = new ClipTextModel(config, p);
                return () -> {
                    ClipTextOutput output = model.forward(ids(0, 1, 2, 3));
                    return Tensors.cat(
                            0,
                            output.lastHiddenState().flatten(),
                            output.pooled().flatten());
                };
            });
        }
    }

    @Test
    void idsThatDoNotFitAreRefusedInWords() {
        withModel(END, model -> {
            assertThatThrownBy(() -> model.forward(ids(1, 10)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("token id 10 is outside of the text encoder's vocabulary of 10; "
                            + "the tokenizer is of another model");
            assertThatThrownBy(() -> model.forward(ids(1, 2, 3, 4, 5, 6, 7)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("a prompt of 7 tokens is too long for a text encoder with 6 positions");
            assertThatThrownBy(() -> model.forward(Tensors.of(new long[] {1}, 1)))
                    .hasMessage("the token ids must have shape [*, *], not [1]");
        });
    }

    private static void assertPooledAt(int endOfText, int position, long... ids) {
        withModel(endOfText, model -> {
            ClipTextOutput output = model.forward(ids(ids));
            assertThat(Tensors.toFloats(output.pooled()))
                    .isEqualTo(Tensors.toFloats(output.lastHiddenState().select(1, position)));
        });
    }

    private static void withModel(int endOfText, Consumer<ClipTextModel> check) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                ClipTextConfig config =
                        new ClipTextConfig(10, 8, 16, 2, 2, 6, Activation.GELU, 1e-5, endOfText, OptionalInt.empty());
                check.accept(new ClipTextModel(config, new Parameters(new RandomParameters(1, Dtype.F32, arena))));
            }
            return 0;
        });
    }

    private static long count(ClipTextConfig config) {
        return Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            new ClipTextModel(config, parameters);
            return parameters.count();
        });
    }

    private static Tensor ids(long... ids) {
        return Tensors.of(ids, 1, ids.length);
    }
}

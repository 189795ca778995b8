package dev.hypersd.clip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both towers of CLIP against the reference implementation. */
class ClipReferenceTest {
    /** Those of the golden data. */
    private static final double ATOL = 2e-4;

    private static final double RTOL = 1e-3;

    static Stream<String> cases() {
        return Stream.concat(
                ReferenceCase.names("scorers", "clip_score").stream(),
                ReferenceCase.names("scorers", "pick_score").stream());
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    private static Tensor perChannel(float... values) {
        return Tensors.of(values, 1, 3, 1, 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    @SuppressWarnings("FloatingPointLiteralPrecision") // as published
    void embeddingsAndCosinesMatchReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("scorers", name);
                    TensorArena arena = new TensorArena()) {
                ClipModel model = open(
                        golden.directory().resolve(golden.json().get("model").asString()), arena);
                Tensor texts = model.texts(golden.tensor("expected.input_ids"));
                Tensor pixels = golden.tensor("expected.pixel_values_uint8")
                        .to(Dtype.F32.scalarType())
                        .div(new Scalar(255));
                Tensor pictures = model.pictures(pixels.sub(perChannel(0.48145467f, 0.4578275f, 0.40821072f))
                        .div(perChannel(0.26862955f, 0.2613026f, 0.2757771f)));

                golden.assertClose("expected.text_embeds", texts, ATOL, RTOL);
                golden.assertClose("expected.image_embeds", pictures, ATOL, RTOL);
                golden.assertClose("expected.cos", pictures.mm(texts.t()), ATOL, RTOL);
                if (golden.has("expected.scores")) {
                    golden.assertClose("expected.scores", texts.mm(pictures.t()).mul(model.scale()), ATOL, RTOL);
                }
            }
            return name;
        });
    }

    private static ClipModel open(Path directory, TensorArena arena) {
        StoredParameters source =
                new StoredParameters(ClipModel.named(arena.own(ReferenceModels.weights(directory))), Dtype.F32, arena);
        ClipModel model = new ClipModel(ClipConfig.from(ReferenceModels.config(directory)), new Parameters(source));
        assertThat(source.unused()).isEmpty();
        return model;
    }
}

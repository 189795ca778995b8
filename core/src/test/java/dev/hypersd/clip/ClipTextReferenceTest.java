package dev.hypersd.clip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The text encoders against the reference implementation, by the tolerances of the golden data. */
class ClipTextReferenceTest {
    static Stream<String> cases() {
        return ReferenceCase.names("clip_text", "").stream();
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encodingMatchesReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("clip_text", name);
                    TensorArena arena = new TensorArena()) {
                ClipTextModel model = open(golden.model("text_encoder"), arena);
                ClipTextOutput output = model.forward(golden.in("input_ids"));

                golden.assertMatches("last_hidden_state", output.lastHiddenState());
                golden.assertMatches("penultimate", output.without(1));
                assertThat(golden.tensorNames("out.hidden_state_")).hasSameSizeAs(output.hiddenStates());
                for (int i = 0; i < output.hiddenStates().size(); i++) {
                    golden.assertMatches(
                            "hidden_state_" + i, output.hiddenStates().get(i));
                }
                boolean projected = model.config().projection().isPresent();
                golden.assertMatches(projected ? "text_embeds" : "pooler_output", output.pooled());
                if (golden.has("out.clip_skip_embeds")) {
                    int skipped = golden.arg("clip_skip").asInt();
                    golden.assertMatches("clip_skip_embeds", model.clipSkip(output, skipped));
                }
            }
            return name;
        });
    }

    private static ClipTextModel open(Path directory, TensorArena arena) {
        StoredParameters source = new StoredParameters(
                ClipTextModel.named(arena.own(ReferenceModels.weights(directory))), Dtype.F32, arena);
        ClipTextModel model =
                new ClipTextModel(ClipTextConfig.from(ReferenceModels.config(directory)), new Parameters(source));
        assertThat(source.unused()).isEmpty();
        return model;
    }
}

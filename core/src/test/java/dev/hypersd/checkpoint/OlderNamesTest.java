package dev.hypersd.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OlderNamesTest {
    private static final String ATTENTION = "decoder.mid_block.attentions.0.";

    @TempDir
    Path folder;

    @Test
    void theOldAttentionOfTheAutoencoderIsTranslated() {
        assertThat(translated(
                        ATTENTION + "query.weight",
                        ATTENTION + "key.bias",
                        ATTENTION + "value.weight",
                        ATTENTION + "proj_attn.bias",
                        ATTENTION + "group_norm.weight",
                        ATTENTION + "to_q.bias"))
                .containsExactly(
                        ATTENTION + "to_q.weight",
                        ATTENTION + "to_k.bias",
                        ATTENTION + "to_v.weight",
                        ATTENTION + "to_out.0.bias",
                        ATTENTION + "group_norm.weight",
                        ATTENTION + "to_q.bias");
    }

    @Test
    void aTextEncoderWithoutPrefixGetsIt() {
        assertThat(translated("embeddings.token_embedding.weight", "final_layer_norm.bias", "text_projection.weight"))
                .containsExactly(
                        "text_model.embeddings.token_embedding.weight",
                        "text_model.final_layer_norm.bias",
                        "text_projection.weight");
    }

    @Test
    void positionIdsAreNoParameter() {
        assertThat(translated("text_model.embeddings.position_ids", "text_model.embeddings.token_embedding.weight"))
                .containsExactly("text_model.embeddings.token_embedding.weight");
    }

    @Test
    void aNameInBothSpellingsIsRefused() {
        assertThatThrownBy(() -> translated(ATTENTION + "query.weight", ATTENTION + "to_q.weight"))
                .hasMessageContaining("holds " + ATTENTION + "to_q.weight twice");
    }

    private List<String> translated(String... names) {
        Path file = folder.resolve("w.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            tensors.put(name, Tensors.of(new float[] {1}, 1));
        }
        SafetensorsWriter.write(file, tensors, Map.of());
        try (WeightSource source = OlderNames.translated(SafetensorsFile.open(file))) {
            return List.copyOf(source.names());
        }
    }
}

package dev.hypersd.judge.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ClipJudgeTest {
    @Test
    void scoresMatchTheReferenceFromFilesAndWords() {
        Path folder = Path.of(System.getProperty("hypersd.reference"), "scorers", "clip_score");
        JsonNode golden = Json.MAPPER.readTree(folder.resolve("case.json"));
        float[] expected = Engine.infer(() -> {
            try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
                return Tensors.toFloats(
                        tensors.find("expected.clip_score").orElseThrow().load());
            }
        });
        try (TensorArena arena = new TensorArena()) {
            ClipJudge judge = ClipJudge.open(folder.resolve(golden.get("model").asString()), arena);
            int prompts = golden.get("prompts").size();
            for (int i = 0; i < expected.length; i++) {
                Image image = Image.read(
                        folder.resolve(golden.get("images").get(i / prompts).asString()));
                String prompt = golden.get("prompts").get(i % prompts).asString();
                // The pixels may differ by a grey level, which moves the score more than the tolerance of the
                // embeddings.
                assertThat(judge.score(image, prompt)).isCloseTo(expected[i], within(0.1));
            }
        }
    }
}

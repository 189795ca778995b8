package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ClipJudgeTest {
    @Test
    void picturesGivenAsTensorsHaveTheSameScoresAndGradients() {
        Path folder = Path.of(System.getProperty("hypersd.reference"), "scorers", "clip_score");
        JsonNode golden = Json.MAPPER.readTree(folder.resolve("case.json"));
        Image image = Image.read(folder.resolve(golden.get("images").get(0).asString()));
        List<String> text = List.of(golden.get("prompts").get(0).asString());
        try (TensorArena arena = new TensorArena()) {
            ClipJudge judge = ClipJudge.open(folder.resolve(golden.get("model").asString()), arena);
            double score = judge.scores(List.of(image), text).getFirst();
            double[] beforeAndAfter = Engine.call(() -> TensorScope.released(() -> {
                Tensor pixels = ImageTensors.of(List.of(image)).set_requires_grad(true);
                Tensor before = judge.of(pixels, text);
                before.sum().backward();
                Tensor slope = pixels.grad();
                Tensor better = pixels.detach().add(slope.div(slope.abs().max()).mul(new Scalar(0.02)));
                return new double[] {
                    before.item_double(), judge.of(better, text).item_double()
                };
            }));

            // Resizing rounds to grey levels where pictures are no tensors.
            assertThat(beforeAndAfter[0]).isCloseTo(score, within(0.2));
            assertThat(beforeAndAfter[1]).isGreaterThan(beforeAndAfter[0]);
        }
    }
}

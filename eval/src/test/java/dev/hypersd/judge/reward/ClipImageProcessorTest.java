package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ClipImageProcessorTest {
    @ParameterizedTest
    @ValueSource(strings = {"clip_score", "pick_score", "aesthetic"})
    void picturesAreCutAsByTheReferenceUpToOneGreyLevel(String name) {
        Path folder = Path.of(System.getProperty("hypersd.reference"), "scorers", name);
        JsonNode images = Json.MAPPER.readTree(folder.resolve("case.json")).get("images");
        Engine.infer(() -> {
            try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
                Tensor expected = tensors.find("expected.pixel_values_uint8")
                        .orElseThrow()
                        .load();
                for (int i = 0; i < images.size(); i++) {
                    Image image = Image.read(folder.resolve(images.get(i).asString()));
                    byte[] middle = ClipImageProcessor.middle(image, 224).rgb();
                    long[] want = Tensors.toLongs(
                            expected.select(0, i).permute(1, 2, 0).to(Dtype.I64.scalarType()));
                    int worst = 0;
                    for (int k = 0; k < want.length; k++) {
                        worst = Math.max(worst, (int) Math.abs((middle[k] & 255) - want[k]));
                    }
                    assertThat(worst).as("%s of %s", images.get(i), name).isLessThanOrEqualTo(1);
                }
            }
            return 0;
        });
    }

    @Test
    void thePictureOfTheRightSizeStaysAsItIs() {
        Image image = new Image(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThat(ClipImageProcessor.middle(image, 2)).isSameAs(image);
    }
}

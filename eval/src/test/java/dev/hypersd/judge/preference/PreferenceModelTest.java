package dev.hypersd.judge.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.judge.reward.ImageProcessor;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceModelTest {
    private static final Path CASE = Path.of(System.getProperty("hypersd.reference"), "scorers", "image_reward");

    private static final String TINY = """
            {"vit": {"img_size": 8, "patch_size": 4, "embed_dim": 8, "depth": 1, "num_heads": 2},
             "med_config": {"vocab_size": 10, "max_position_embeddings": 6, "hidden_size": 8, "intermediate_size": 16,
                            "num_hidden_layers": 1, "num_attention_heads": 2},
             "head": [8, 4, 1], "mean": 0, "std": 1}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"std\": 1 | \"std\": 0 | std is 0.0; scores are divided by it, so it must be above 0",
                "\"std\": 1 | \"std\": -2 | std is -2.0; scores are divided by it, so it must be above 0",
                "[8, 4, 1] | [9, 4, 1] | head begins with 9, but texts have width 8",
                "[8, 4, 1] | [8, 4] | head is [8, 4], but a head has at least two widths of 1 or more and ends with 1",
                "embeddings\": 6 | embeddings\": 1 | max_position_embeddings is 1, but every text has a begin "
                        + "and an end token",
                "\"depth\": 1 | \"depth\": -1 | vit.depth must be a positive number, not -1"
            })
    void sizesThatContradictEachOtherAreRefused(String from, String to, String message) {
        String json = TINY.replace(from, to);
        assertThat(json).isNotEqualTo(TINY);
        assertThatThrownBy(() -> PreferenceConfig.from(
                        Json.parse(Path.of("config.json"), json.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rewardsMatchTheReferenceForEveryPromptAndPicture() {
        JsonObject config =
                Json.read(CASE.resolve("case.json")).object("config").orElseThrow();
        Engine.infer(() -> {
            try (SafetensorsFile weights = SafetensorsFile.open(CASE.resolve("model.safetensors"));
                    SafetensorsFile golden = SafetensorsFile.open(CASE.resolve("tensors.safetensors"));
                    TensorArena arena = new TensorArena()) {
                StoredParameters stored = new StoredParameters(PreferenceModel.named(weights), Dtype.F32, arena);
                PreferenceModel model = new PreferenceModel(PreferenceConfig.from(config), new Parameters(stored));
                assertThat(stored.unused()).isEmpty();

                Tensor pixels = ImageProcessor.clip(224)
                        .of(load(golden, "expected.pixel_values_uint8")
                                .to(Dtype.F32.scalarType())
                                .div(new Scalar(127.5))
                                .sub(new Scalar(1)));
                float[] expected = Tensors.toFloats(load(golden, "expected.reward"));
                long pictures = pixels.size(0);
                for (int prompt = 0; prompt < expected.length / pictures; prompt++) {
                    float[] rewards = Tensors.toFloats(model.forward(
                            pixels,
                            new TokenBatch(
                                    row(golden, "expected.input_ids", prompt, pictures),
                                    row(golden, "expected.attention_mask", prompt, pictures))));
                    for (int i = 0; i < pictures; i++) {
                        float want = expected[(int) (prompt * pictures) + i];
                        assertThat(rewards[i]).isCloseTo(want, within(2e-4f + 1e-3f * Math.abs(want)));
                    }
                }
            }
            return 0;
        });
    }

    @Test
    void paddingDoesNotChangeARewardAndPixelsHaveGradients() {
        PreferenceConfig config =
                PreferenceConfig.from(Json.parse(Path.of("tiny"), TINY.getBytes(StandardCharsets.UTF_8)));
        Engine.call(() -> {
            try (PointerScope scope = new PointerScope();
                    TensorArena arena = new TensorArena()) {
                PreferenceModel model =
                        new PreferenceModel(config, new Parameters(new RandomParameters(1, Dtype.F32, arena)));
                Tensor pixels = torch.ones(1, 3, 8, 8).set_requires_grad(true);
                Tensor plain = model.forward(pixels, words(1, 5, 2));
                Tensor padded = model.forward(pixels, new TokenBatch(ids(1, 5, 2, 7, 7), ids(1, 1, 1, 0, 0)));
                assertThat(padded.item_double()).isCloseTo(plain.item_double(), within(1e-6));
                assertThat(model.forward(pixels, words(1, 6, 2)).item_double()).isNotEqualTo(plain.item_double());
                plain.sum().backward();
                assertThat(pixels.grad().abs().sum().item_double()).isPositive();
            }
            return 0;
        });
    }

    private static TokenBatch words(long... ids) {
        return new TokenBatch(ids(ids), torch.ones_like(ids(ids)));
    }

    private static Tensor ids(long... ids) {
        return Tensors.of(ids, 1, ids.length);
    }

    private static Tensor load(SafetensorsFile file, String name) {
        return file.find(name).orElseThrow().load();
    }

    private static Tensor row(SafetensorsFile file, String name, int prompt, long times) {
        Tensor row = load(file, name).narrow(0, prompt, 1);
        return row.expand(times, row.size(1)).contiguous();
    }
}

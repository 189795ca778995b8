package dev.hypersd.objective;

import static dev.hypersd.objective.TinyFineTuning.draw;
import static dev.hypersd.objective.TinyFineTuning.norm;
import static dev.hypersd.objective.TinyFineTuning.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedTextTest {
    private static final Path SDXL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sdxl");

    @TempDir
    static Path shared;

    private static Path model;
    private static TinyFineTuning tiny;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeModel() {
        model = shared.resolve("model");
        tiny = new TinyFineTuning(shared);
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
    }

    @Test
    void aLoraOfTheTextEncoderLearnsAndIsWrittenAsOthersNameIt() {
        Path published = folder.resolve("published");
        List<Double> losses = tiny.train(model, withText(Spelling.PEFT), true, Precision.F32, published);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        Path file = published.resolve("lora.safetensors");
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            assertThat(stored.names())
                    .contains("text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight")
                    .contains("text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_B.weight")
                    .noneMatch(name -> name.contains("embedding"));
        }
        assertThat(norm(file, "text_encoder.text_model.encoder.layers.0.mlp.fc2.lora_B.weight"))
                .isPositive();
        ImageRequest changed = request("a red cat").lora(file, 1).build();
        assertThat(draw(model, changed))
                .isNotEqualTo(draw(model, request("a red cat").build()));
    }

    @Test
    void aLoraOfBothTextEncodersOfSdxlIsWrittenInTheNamingOfKohya() {
        Path published = folder.resolve("published");
        tiny.train(SDXL, withText(Spelling.KOHYA), false, Precision.F32, published);

        Path file = published.resolve("lora.safetensors");
        for (String encoder : List.of("lora_te1_", "lora_te2_")) {
            assertThat(norm(file, encoder + "text_model_encoder_layers_0_self_attn_out_proj.lora_up.weight"))
                    .isPositive();
        }
        ImageRequest changed = request("a red cat").lora(file, 1).build();
        assertThat(draw(SDXL, changed))
                .isNotEqualTo(draw(SDXL, request("a red cat").build()));
    }

    /** Stored embeddings are in half precision, whose numbers have eleven bits. */
    @Test
    void captionsAreEncodedInEachStepAsTheyAreInAdvance() {
        for (Path directory : List.of(model, SDXL)) {
            try (TensorArena arena = new TensorArena()) {
                ModelFiles files = ModelFiles.open(directory);
                Pictures pictures = tiny.pictures(directory, new ArrayList<>());
                LatentTask before = PretrainedModel.open(files, pictures, List.of(), 0, arena)
                        .task();
                LatentTask now = PretrainedModel.withTextEncoders(files, pictures, 0, arena)
                        .task();
                Engine.infer(() -> {
                    List<long[]> captions =
                            List.of(now.samples().ids(0), now.samples().ids(1));
                    Tensor expected = before.conditioning(captions).text();
                    Tensor difference = now.conditioning(captions).text().sub(expected);
                    assertThat(difference.abs().max().item_double())
                            .isLessThan(expected.abs().max().item_double() / 1024);
                    return 0;
                });
            }
        }
    }

    private static FineTuning withText(Spelling spelling) {
        return new FineTuning.Lora(
                2,
                4,
                FineTuning.Form.LORA,
                new FineTuning.Targets(EnumSet.of(LoraLayers.FEED_FORWARD), _ -> true, true),
                spelling,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }
}

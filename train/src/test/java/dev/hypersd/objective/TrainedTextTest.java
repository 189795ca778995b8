package dev.hypersd.objective;

import static dev.hypersd.objective.TinyFineTuning.draw;
import static dev.hypersd.objective.TinyFineTuning.norm;
import static dev.hypersd.objective.TinyFineTuning.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
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
    private static final Framing WHOLE = new Framing(64, 64, 0, 0, 64, 64);

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

    @Test
    void vectorsOfANewWordLearnAndPromptsWithTheWordAreDrawnWithThem() {
        for (Path directory : List.of(model, SDXL)) {
            Path published = folder.resolve("published-" + directory.getFileName());
            List<Double> losses = tiny.train(
                    directory,
                    new FineTuning.Word(TinyFineTuning.WORD, 3, "red cat"),
                    directory.equals(model),
                    Precision.F32,
                    published);

            assertThat(losses.getLast()).isLessThan(losses.getFirst());
            Path file = published.resolve("embedding.safetensors");
            try (SafetensorsFile stored = SafetensorsFile.open(file)) {
                assertThat(stored.names())
                        .containsExactlyInAnyOrder(
                                directory.equals(model)
                                        ? new String[] {"emb_params"}
                                        : new String[] {"clip_l", "clip_g"})
                        .allMatch(name -> stored.find(name).orElseThrow().shape()[0] == 3);
            }
            ImageRequest with =
                    request("a zorb").word(new LearnedWord("zorb", file)).build();
            assertThat(draw(directory, with))
                    .isNotEqualTo(draw(directory, request("a zorb").build()));
            ImageRequest without =
                    request("a red cat").word(new LearnedWord("zorb", file)).build();
            assertThat(draw(directory, without))
                    .isEqualTo(draw(directory, request("a red cat").build()));
        }
    }

    /** An untrained word is the text that it begins as, wherever it stands. */
    @Test
    void aNewWordBeginsAsItsText() {
        FineTuning.Word word = new FineTuning.Word(TinyFineTuning.WORD, 2, "red cat");
        try (TensorArena arena = new TensorArena()) {
            LatentTask task = PretrainedModel.withTextEncoders(
                            word, ModelFiles.open(model), tiny.pictures(model, new ArrayList<>()), 0, arena)
                    .task();
            ClipTokenizer plain = ModelFiles.open(model).part("tokenizer").tokenizer();
            Engine.infer(() -> {
                long[] asked = task.samples().ids(0);
                long[] expected = plain.encode("red cat").ids().stream()
                        .mapToLong(Integer::longValue)
                        .toArray();
                int count = plain.ids("red cat").size();
                assertThat(asked[1]).isEqualTo(asked[2] - 1).isGreaterThanOrEqualTo(plain.vocabularySize());
                assertThat(count).isGreaterThanOrEqualTo(2);
                // Causal attention: what comes first does not depend on what follows.
                float[] found = Tensors.toFloats(task.conditioning(List.of(asked), List.of(WHOLE))
                        .text()
                        .select(0, 0)
                        .narrow(0, 0, 3)
                        .contiguous());
                float[] wanted = Tensors.toFloats(task.conditioning(List.of(expected), List.of(WHOLE))
                        .text()
                        .select(0, 0)
                        .narrow(0, 0, 3)
                        .contiguous());
                assertThat(found).containsExactly(wanted, within(1e-5f));
                return 0;
            });
        }
    }

    @Test
    void aWordThatNoCaptionHasIsRefused() {
        assertThatThrownBy(() -> tiny.objective(model, new FineTuning.Word("blick", 1, "*"), new ArrayList<>()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("no caption has the word \"blick\", so nothing would be learned; begin captions with it by"
                        + " data.trigger");
    }

    @Test
    void anInterruptedTrainingArrivesAtTheSameFile() {
        FineTuning dora = new FineTuning.Lora(
                2,
                2,
                FineTuning.Form.DORA,
                new FineTuning.Targets(EnumSet.of(LoraLayers.FEED_FORWARD), _ -> true, true),
                Spelling.KOHYA,
                Optional.empty(),
                Optional.empty(),
                Map.of());
        for (FineTuning change : List.of(dora, new FineTuning.Word(TinyFineTuning.WORD, 2, "red cat"))) {
            String name = change.getClass().getSimpleName();
            tiny.train(model, change, false, Precision.F32, folder.resolve("whole-" + name));
            tiny.trainWithAnInterruption(model, change, folder.resolve("continued-" + name));

            String file = change.equals(dora) ? "lora.safetensors" : "embedding.safetensors";
            assertThat(folder.resolve("continued-" + name).resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("whole-" + name).resolve(file));
        }
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
                LatentTask now = PretrainedModel.withTextEncoders(withText(Spelling.PEFT), files, pictures, 0, arena)
                        .task();
                Engine.infer(() -> {
                    List<long[]> captions =
                            List.of(now.samples().ids(0), now.samples().ids(1));
                    Tensor expected =
                            before.conditioning(captions, List.of(WHOLE, WHOLE)).text();
                    Tensor difference = now.conditioning(captions, List.of(WHOLE, WHOLE))
                            .text()
                            .sub(expected);
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

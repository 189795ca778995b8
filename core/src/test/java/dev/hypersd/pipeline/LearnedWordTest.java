package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.model.Inspection;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A textual inversion whose vectors are those of ordinary tokens must mean what these mean. */
class LearnedWordTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void anEmbeddingWithTheVectorsOfOtherWordsDrawsTheSame(String model) {
        Path file = copyOf(model, "a cat", "my-style.safetensors");
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path(model))) {
            Image spelled = draw(pipeline, ImageRequest.of("red a cat, blue"));
            for (String prompt : new String[] {"red my-style, blue", "red MY-STYLE, blue"}) {
                assertThat(draw(pipeline, ImageRequest.of(prompt).word(LearnedWord.of(file))))
                        .isEqualTo(spelled);
            }
            assertThat(draw(
                            pipeline,
                            ImageRequest.of("red (my-style:1.0), blue")
                                    .syntax(PromptSyntax.WEIGHTED)
                                    .word(LearnedWord.of(file))))
                    .isEqualTo(spelled);
            assertThat(draw(pipeline, ImageRequest.of("red my-styles, blue").word(LearnedWord.of(file))))
                    .isNotEqualTo(spelled);
            assertThat(draw(pipeline, ImageRequest.of("red <s>, blue").word(new LearnedWord("<s>", file))))
                    .isEqualTo(spelled);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void textualInversionsInALoraFileWorkInItsPrompts(String model) {
        Path file = folder.resolve("lora.safetensors");
        Path words = copyOf(model, "a cat", "words.safetensors");
        String layer = "unet.mid_block.resnets.0.norm1.diff_b";
        Engine.infer(() -> {
            try (SafetensorsFile vectors = SafetensorsFile.open(words);
                    SafetensorsFile unet =
                            SafetensorsFile.open(path(model).resolve("unet/diffusion_pytorch_model.safetensors"))) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                for (String name : vectors.names()) {
                    tensors.put(
                            "bundle_emb.zork." + name.replace("emb_params", "string_to_param.*"),
                            vectors.find(name).orElseThrow().load());
                }
                tensors.put(
                        layer,
                        unet.find("mid_block.resnets.0.norm1.bias")
                                .orElseThrow()
                                .load());
                SafetensorsWriter.write(file, tensors, Map.of());
            }
            return file;
        });
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path(model))) {
            LoraWeight lora = new LoraWeight(file, 0.5);
            Image spelled = draw(pipeline, ImageRequest.of("red a cat, blue").lora(lora));
            assertThat(draw(pipeline, ImageRequest.of("red Zork, blue").lora(lora)))
                    .isEqualTo(spelled);
            assertThat(draw(pipeline, ImageRequest.of("red zork, blue"))).isNotEqualTo(spelled);
            assertThat(draw(pipeline, ImageRequest.of("red zork, blue").lora(new LoraWeight(file, 0))))
                    .as("a LoRA of no strength brings nothing")
                    .isEqualTo(draw(pipeline, ImageRequest.of("red zork, blue")));
            assertThat(draw(
                            pipeline,
                            ImageRequest.of("red zork, blue").lora(lora).word(new LearnedWord("zork", file))))
                    .as("named as a word of its own, too")
                    .isEqualTo(spelled);
        }
        assertThat(Inspection.of(file).adapter().orElseThrow().words()).containsExactly("zork");
    }

    @Test
    void aWordOfALoraCountsOnlyWhereAPromptUsesIt() {
        Path file = folder.resolve("lora.safetensors");
        Path difference = folder.resolve("difference.safetensors");
        Engine.infer(() -> {
            SafetensorsWriter.write(
                    difference,
                    Map.of(
                            "unet.mid_block.resnets.0.norm1.diff_b",
                            Tensors.empty(Dtype.F32, 32).fill_(new Scalar(0.3))),
                    Map.of());
            SafetensorsWriter.write(
                    file,
                    Map.of(
                            "unet.mid_block.resnets.0.norm1.diff_b",
                                    Tensors.empty(Dtype.F32, 32).fill_(new Scalar(0.3)),
                            "bundle_emb.zork.string_to_param.*",
                                    Tensors.empty(Dtype.F32, 1, 5).fill_(new Scalar(0.3))),
                    Map.of());
            return file;
        });
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path("sd15"))) {
            assertThat(draw(pipeline, ImageRequest.of("a cat").lora(new LoraWeight(file, 1))))
                    .isEqualTo(draw(pipeline, ImageRequest.of("a cat").lora(new LoraWeight(difference, 1))));
            assertThatThrownBy(() -> draw(pipeline, ImageRequest.of("a Zork").lora(new LoraWeight(file, 1))))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("is a word for text encoders [5] wide");
        }
    }

    @Test
    void aFileWithASingleTensorOfAnyNameIsATextualInversion() {
        Path file = folder.resolve("cat-toy.safetensors");
        write(file, Map.of("<cat-toy>", ReferenceModels.textWidth("sd15")), 1);
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path("sd15"))) {
            ImageRequest.Builder request = ImageRequest.of("a cat-toy");
            assertThat(draw(pipeline, ImageRequest.of("a cat-toy").word(LearnedWord.of(file))))
                    .isNotEqualTo(draw(pipeline, request));
        }
    }

    /** Of two words in a file, and the names that diffusers gives the embeddings of two text encoders. */
    @Test
    void aWordIsFoundByItsNameInAFileWithSeveralAndUnderTheNamesOfDiffusers() {
        Path several = folder.resolve("several.safetensors");
        int own = ReferenceModels.textWidth("sd15");
        write(several, Map.of("cat", own, "dog", own), 2);
        Path encoders = folder.resolve("encoders.safetensors");
        write(encoders, Map.of("text_encoders_0", own, "text_encoders_1", own + 8), 2);
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path("sd15"))) {
            assertThat(draw(pipeline, ImageRequest.of("a cat").word(new LearnedWord("cat", several))))
                    .isNotEqualTo(draw(pipeline, ImageRequest.of("a cat")));
        }
        assertThatThrownBy(() -> DiffusionPipeline.load(
                        new ModelSource(path("sd15")),
                        ImageRequest.of("a cow")
                                .word(new LearnedWord("cow", several))
                                .build()))
                .hasMessageContaining("but 2 tensors, and none of them is called \"cow\"");
        assertThatThrownBy(() -> DiffusionPipeline.load(
                        new ModelSource(path("sd15")),
                        ImageRequest.of("a x")
                                .word(new LearnedWord("x", encoders))
                                .build()))
                .hasMessageContaining("is a word for text encoders [%d, %d] wide".formatted(own, own + 8));
    }

    @Test
    void aWordForAnotherFamilyIsRefusedBeforeAnythingIsLoaded() {
        Path file = folder.resolve("xl.safetensors");
        int own = ReferenceModels.textWidth("sd15");
        int second = own + 8;
        write(file, Map.of("clip_l", own, "clip_g", second), 2);
        ImageRequest request =
                ImageRequest.of("a xl").word(LearnedWord.of(file)).build();
        assertThatThrownBy(() -> DiffusionPipeline.load(new ModelSource(path("sd15")), request))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is a word for text encoders [%d, %d] wide, those of the model are [%d] wide"
                        .formatted(own, second, own));
    }

    @Test
    void filesWithoutATextualInversionAreRefused() {
        Path file = folder.resolve("other.safetensors");
        write(file, Map.of("a", 3, "b", 4), 1);
        ImageRequest request = ImageRequest.of("a").word(LearnedWord.of(file)).build();
        assertThatThrownBy(() -> DiffusionPipeline.load(new ModelSource(path("sd15")), request))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is no textual inversion: it has neither emb_params, nor clip_l and clip_g");
        assertThatThrownBy(() -> new LearnedWord(" ", file))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("must be some text without spaces around it");
    }

    private static Path path(String model) {
        return ReferenceCase.root().resolve("pipelines/models").resolve(model);
    }

    private static Image draw(DiffusionPipeline pipeline, ImageRequest.Builder request) {
        return pipeline.generate(request.sampler(Samplers.named("tcd"))
                        .steps(1)
                        .size(64, 64)
                        .build())
                .getFirst()
                .image();
    }

    /** Files of the first years, of which "hypersd convert" makes safetensors files, name the word in two ways. */
    @ParameterizedTest
    @ValueSource(strings = {"string_to_param.*", "string_to_param.<zork>"})
    void embeddingsInTheOldestFormatAreFoundNextToOtherTensors(String name) {
        Path file = folder.resolve("old.safetensors");
        Engine.infer(() -> {
            Map<String, Tensor> tensors = Map.of(
                    name, rows("sd15", "", "a cat"), name.replace("param", "token"), Tensors.of(new long[] {265}, 1));
            SafetensorsWriter.write(file, tensors, Map.of());
            return file;
        });
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(path("sd15"))) {
            assertThat(draw(pipeline, ImageRequest.of("red old, blue").word(LearnedWord.of(file))))
                    .isEqualTo(draw(pipeline, ImageRequest.of("red a cat, blue")));
        }
    }

    /** The rows of the embedding tables that stand for the tokens of {@code text}, as a word. */
    private Path copyOf(String model, String text, String name) {
        Path file = folder.resolve(name);
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            boolean two = model.equals("sdxl");
            tensors.put(two ? "clip_l" : "emb_params", rows(model, "", text));
            if (two) {
                tensors.put("clip_g", rows(model, "_2", text));
            }
            SafetensorsWriter.write(file, tensors, Map.of());
            return file;
        });
        return file;
    }

    private static Tensor rows(String model, String suffix, String text) {
        ClipTokenizer tokenizer = ClipTokenizer.open(path(model).resolve("tokenizer" + suffix));
        long[] ids = tokenizer.ids(text).stream().mapToLong(Integer::longValue).toArray();
        try (SafetensorsFile file =
                SafetensorsFile.open(path(model).resolve("text_encoder" + suffix + "/model.safetensors"))) {
            return file.names().stream()
                    .filter(tensor -> tensor.endsWith("token_embedding.weight"))
                    .findFirst()
                    .flatMap(file::find)
                    .map(StoredTensor::load)
                    .orElseThrow()
                    .index_select(0, Tensors.of(ids, ids.length));
        }
    }

    private static void write(Path file, Map<String, Integer> widths, int count) {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            widths.forEach((name, width) ->
                    tensors.put(name, Tensors.empty(Dtype.F32, count, width).fill_(new Scalar(0.3))));
            SafetensorsWriter.write(file, tensors, Map.of());
            return file;
        });
    }
}

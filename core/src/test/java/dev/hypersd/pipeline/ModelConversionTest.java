package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.Component;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models as directories and as single files: what is drawn must not depend on it. */
class ModelConversionTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void aFileHasTheTensorsOfTheReferenceAndGoesBackToADirectoryThatDrawsTheSame(String model) {
        Path file = folder.resolve("one.safetensors");
        write(model(model), LoadOptions.DEFAULT, Optional.empty(), file);
        Path golden = ReferenceCase.root().resolve("formats/single_file_" + model + "/checkpoint.safetensors");
        assertSameTensors(golden, file);

        Path back = folder.resolve("back");
        write(model(model), LoadOptions.DEFAULT.withCheckpoint(file), Optional.empty(), back);
        assertThat(draw(back, LoadOptions.DEFAULT)).isEqualTo(draw(model(model), LoadOptions.DEFAULT));
    }

    @Test
    void numbersAreStoredInTheRequestedType() {
        Path half = folder.resolve("half");
        write(model("sd15"), LoadOptions.DEFAULT, Optional.of(Dtype.F16), half);
        try (SafetensorsFile unet = SafetensorsFile.open(half.resolve("unet/diffusion_pytorch_model.safetensors"))) {
            assertThat(unet.names())
                    .allMatch(name -> unet.find(name).orElseThrow().dtype() == Dtype.F16);
        }
        assertThatThrownBy(() -> write(model("sd15"), LoadOptions.DEFAULT, Optional.empty(), half))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exists; name a new directory, or a file that ends in .safetensors");
    }

    @Test
    void lorasMergedIntoTheModelDrawAsLorasAppliedToIt() {
        Path lora = ReferenceCase.root().resolve("pipelines/models/loras/sd15-a-kohya.safetensors");
        Path merged = folder.resolve("merged");
        new ModelConversion(new ModelSource(model("sd15")).open(), Optional.empty())
                .write(List.of(new LoraWeight(lora, 0.7)), BlockWeights.EVEN, merged);
        Image over = draw(
                model("sd15"), LoadOptions.DEFAULT, request().lora(lora, 0.7).build());
        assertAlike(draw(merged, LoadOptions.DEFAULT), over);
        assertThat(over).isNotEqualTo(draw(model("sd15"), LoadOptions.DEFAULT));

        Path none = folder.resolve("none");
        new ModelConversion(new ModelSource(model("sd15")).open(), Optional.empty())
                .write(
                        List.of(new LoraWeight(lora, 0.7)),
                        new BlockWeights(Map.of("unet", 0.0, "text_encoder", 0.0)),
                        none);
        assertAlike(draw(none, LoadOptions.DEFAULT), draw(model("sd15"), LoadOptions.DEFAULT));
    }

    @Test
    void factorsOfBlocksAreThoseOfTheLongestName() {
        BlockWeights weights = new BlockWeights(Map.of("unet", 0.5, "unet.down_blocks.1", 2.0));
        assertThat(weights.of(Component.UNET, "down_blocks.1.resnets.0.conv1.weight"))
                .isEqualTo(2);
        assertThat(weights.of(Component.UNET, "down_blocks.10.x.weight")).isEqualTo(0.5);
        assertThat(weights.of(Component.TEXT_ENCODER, "text_model.x.weight")).isEqualTo(1);
    }

    /** As files of the community are: averages, leftovers of training, and several types. */
    @Test
    void extraTensorsAndMixedTypesAreAccepted() {
        Path plain = folder.resolve("plain.safetensors");
        write(model("sd15"), LoadOptions.DEFAULT, Optional.of(Dtype.BF16), plain);
        Path messy = rewritten(
                plain,
                "messy",
                (name, tensor) -> tensor.to((name.hashCode() % 2 == 0 ? Dtype.F32 : Dtype.BF16).scalarType()));
        LoadOptions options = LoadOptions.DEFAULT.withCheckpoint(plain);
        assertAlike(draw(model("sd15"), LoadOptions.DEFAULT.withCheckpoint(messy)), draw(model("sd15"), options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"F8_E4M3", "F8_E5M2"})
    void weightsOfEightBitsAreRead(Dtype eight) {
        Path plain = folder.resolve("plain.safetensors");
        write(model("sd15"), LoadOptions.DEFAULT, Optional.empty(), plain);
        Path stored = rewritten(
                plain,
                "eight",
                (name, tensor) -> name.contains("diffusion_model") ? tensor.to(eight.scalarType()) : tensor);
        Path rounded = rewritten(
                plain,
                "rounded",
                (name, tensor) -> name.contains("diffusion_model")
                        ? tensor.to(eight.scalarType()).to(Dtype.F32.scalarType())
                        : tensor);
        assertAlike(
                draw(model("sd15"), LoadOptions.DEFAULT.withCheckpoint(stored)),
                draw(model("sd15"), LoadOptions.DEFAULT.withCheckpoint(rounded)));
    }

    @Test
    void anAutoencoderMayComeFromAFileOfWeights() {
        Path file = folder.resolve("vae.safetensors");
        write(model("sd15"), LoadOptions.DEFAULT, Optional.empty(), file);
        Path brighter = rewritten(
                file,
                "brighter",
                (name, tensor) -> name.endsWith("decoder.conv_out.bias") ? tensor.add(new Scalar(0.5)) : tensor);
        Image usual = draw(model("sd15"), LoadOptions.DEFAULT);
        assertAlike(draw(model("sd15"), LoadOptions.DEFAULT.withAutoencoder(file)), usual);
        assertThat(draw(model("sd15"), LoadOptions.DEFAULT.withAutoencoder(brighter)))
                .isNotEqualTo(usual);
    }

    /** SD 2.x has the text encoder of open_clip where SD 1.5 has that of transformers. */
    @Test
    void aTextEncoderOfOpenClipIsReadWhereSd2HasIt() {
        Path sdxl = ReferenceCase.root().resolve("formats/single_file_sdxl/checkpoint.safetensors");
        Path file = folder.resolve("sd2.safetensors");
        Engine.infer(() -> {
            try (SafetensorsFile all = SafetensorsFile.open(sdxl)) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                for (String name : all.names()) {
                    if (name.startsWith("conditioner.embedders.1.model.")) {
                        tensors.put(
                                name.replace("conditioner.embedders.1.model.", "cond_stage_model.model."),
                                all.find(name).orElseThrow().load());
                    }
                }
                SafetensorsWriter.write(file, tensors, Map.of());
            }
            return file;
        });
        try (WeightSource two = Checkpoint.recognise(sdxl).open("text_encoder_2");
                WeightSource one = Checkpoint.recognise(file).open("text_encoder")) {
            assertThat(one.names()).containsExactlyInAnyOrderElementsOf(two.names());
        }
    }

    @Test
    void aCheckpointOfOtherSizesIsRefusedByItsTextEmbeddings() {
        Path plain = folder.resolve("plain.safetensors");
        write(model("sd15"), LoadOptions.DEFAULT, Optional.empty(), plain);
        Path wide = rewritten(
                plain,
                "wide",
                (name, tensor) -> name.endsWith("attn2.to_k.weight") ? Tensors.cat(1, tensor, tensor) : tensor);
        assertThatThrownBy(() -> draw(model("sd15"), LoadOptions.DEFAULT.withCheckpoint(wide)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is made for text embeddings %d wide, those of the model in"
                        .formatted(2 * ReferenceModels.textWidth("sd15")))
                .hasMessageContaining("SD 2.x 1024");
    }

    /** With every tensor changed, and some more. */
    private Path rewritten(Path from, String name, BiFunction<String, Tensor, Tensor> change) {
        Path file = folder.resolve(name + ".safetensors");
        Engine.infer(() -> {
            try (SafetensorsFile all = SafetensorsFile.open(from)) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                all.names()
                        .forEach(tensor -> tensors.put(
                                tensor,
                                change.apply(
                                        tensor, all.find(tensor).orElseThrow().load())));
                tensors.put("model_ema.decay", Tensors.of(new float[] {0.9999f}, 1));
                tensors.put("model_ema.diffusion_modelinput_blocks00weight", Tensors.of(new float[] {1}, 1));
                tensors.put("alphas_cumprod", Tensors.of(new float[] {1, 0.5f}, 2));
                tensors.put("denoiser.sigmas", Tensors.of(new float[] {1}, 1));
                SafetensorsWriter.write(file, tensors, Map.of());
            }
            return file;
        });
        return file;
    }

    private static void assertSameTensors(Path golden, Path written) {
        Engine.infer(() -> {
            try (SafetensorsFile expected = SafetensorsFile.open(golden);
                    SafetensorsFile got = SafetensorsFile.open(written)) {
                assertThat(expected.names()).containsAll(got.names());
                assertThat(expected.names().stream().filter(name -> !got.names().contains(name)))
                        .allMatch(name -> name.endsWith("position_ids") || name.endsWith("logit_scale"));
                for (String name : got.names()) {
                    assertThat(values(got, name)).as(name).isEqualTo(values(expected, name));
                }
            }
            return golden;
        });
    }

    private static List<Object> values(SafetensorsFile file, String name) {
        StoredTensor tensor = file.find(name).orElseThrow();
        float[] values = Tensors.toFloats(tensor.load());
        return List.of(Arrays.toString(tensor.shape()), Arrays.hashCode(values));
    }

    /**
     * Up to one level of 256: weights that are mapped and weights that are not lie differently in memory, and sums are
     * rounded otherwise.
     */
    private static void assertAlike(Image a, Image b) {
        byte[] one = a.rgb();
        byte[] other = b.rgb();
        for (int i = 0; i < one.length; i++) {
            assertThat(one[i] & 0xFF).isCloseTo(other[i] & 0xFF, Offset.offset(1));
        }
    }

    private static void write(Path model, LoadOptions options, Optional<Dtype> dtype, Path out) {
        new ModelConversion(new ModelSource(model, options).open(), dtype).write(List.of(), BlockWeights.EVEN, out);
    }

    private static Path model(String name) {
        return ReferenceCase.root().resolve("pipelines/models").resolve(name);
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("a red cat").steps(2).size(64, 64).seed(3);
    }

    private static Image draw(Path model, LoadOptions options) {
        return draw(model, options, request().build());
    }

    private static Image draw(Path model, LoadOptions options, ImageRequest request) {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(model, options))) {
            return pipeline.generate(request).getFirst().image();
        }
    }
}

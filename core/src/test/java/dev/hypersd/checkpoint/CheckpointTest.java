package dev.hypersd.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CheckpointTest {
    private static final Path FORMATS = ReferenceCase.root().resolve("formats");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> singleFilesHoldTheTensorsOfTheDirectoryLayout() {
        return ReferenceCase.names("formats", "single_file").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Path directory = FORMATS.resolve(name);
                    JsonNode json = Json.MAPPER.readTree(directory.resolve("case.json"));
                    Checkpoint checkpoint = Checkpoint.recognise(
                            directory.resolve(json.get("single_file").asString()));
                    boolean sdxl = json.get("pipeline").asString().contains("XL");
                    assertThat(checkpoint.family()).contains(sdxl ? ModelFamily.SDXL : ModelFamily.SD15);
                    assertThat(checkpoint.parts())
                            .containsExactlyElementsOf(
                                    sdxl
                                            ? List.of("unet", "vae", "text_encoder", "text_encoder_2")
                                            : List.of("unet", "vae", "text_encoder"));
                    Path model = directory.resolve(json.get("model").asString());
                    for (String part : checkpoint.parts()) {
                        assertSame(checkpoint, part, model.resolve(part));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> aControlNetFileHoldsTheTensorsOfTheDirectoryLayout() {
        return ReferenceCase.names("formats", "controlnet_single_file").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Path directory = FORMATS.resolve(name);
                    JsonNode json = Json.MAPPER.readTree(directory.resolve("case.json"));
                    Checkpoint checkpoint = Checkpoint.recognise(
                            directory.resolve(json.get("single_file").asString()));
                    assertThat(checkpoint.parts()).containsExactly("controlnet");
                    assertSame(
                            checkpoint,
                            "controlnet",
                            directory.resolve(json.get("config").asString()));
                }));
    }

    @Test
    void aUNetAloneIsRecognisedInBothSpellings() throws Exception {
        Path sdxl = FORMATS.resolve("single_file_sdxl");
        Path component = ReferenceCase.root().resolve("pipelines/models/sdxl/unet");
        Path diffusers = component.resolve("diffusion_pytorch_model.safetensors");
        assertThat(Checkpoint.recognise(diffusers).family()).contains(ModelFamily.SDXL);
        assertThat(Checkpoint.recognise(diffusers).parts()).containsExactly("unet");

        Path original = folder.resolve("unet.safetensors");
        String prefix = "model.diffusion_model.";
        try (SafetensorsFile all = SafetensorsFile.open(sdxl.resolve("checkpoint.safetensors"))) {
            Map<String, Tensor> unet = new LinkedHashMap<>();
            for (String name : all.names()) {
                if (name.startsWith(prefix)) {
                    unet.put(
                            name.substring(prefix.length()),
                            all.find(name).orElseThrow().load());
                }
            }
            SafetensorsWriter.write(original, unet, Map.of());
        }
        Checkpoint checkpoint = Checkpoint.recognise(original);
        assertThat(checkpoint.family()).contains(ModelFamily.SDXL);
        assertThat(checkpoint.parts()).containsExactly("unet");
        assertSame(checkpoint, "unet", component);
    }

    @Test
    void anAutoencoderAloneHasNoFamily() {
        Checkpoint original = Checkpoint.recognise(write("decoder.conv_in.weight", "decoder.mid.block_1.conv1.weight"));
        assertThat(original.parts()).containsExactly("vae");
        assertThat(original.family()).isEmpty();
        try (WeightSource vae = original.open("vae")) {
            assertThat(vae.names()).contains("decoder.mid_block.resnets.0.conv1.weight");
        }
    }

    @Test
    void aLoraIsNoCheckpoint() {
        Path file = write("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight");
        assertThatThrownBy(() -> Checkpoint.recognise(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("looks like a LoRA");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "double_blocks.0.img_attn.qkv.weight | a model of FLUX",
                "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight | a model of SD 3",
                "model.diffusion_model.input_blocks.1.0.time_stack.in_layers.0.weight | a model of Stable Video"
                        + " Diffusion",
                "layers.0.attention.qkv.weight | a diffusion transformer",
                "emb_params | a textual inversion, which is named with --embedding",
                "text_model.encoder.layers.0.mlp.fc1.weight | a text encoder alone",
            })
    void modelsOfOtherFamiliesAreNamedWhateverElseIsInTheFile(String tensor, String kind) {
        Path file = write(tensor);
        assertThatThrownBy(() -> Checkpoint.recognise(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is not a known checkpoint: it looks like " + kind + "; SD 1.x, SD 2.x and SDXL");
    }

    @Test
    void thePartsOfAnotherFamilyAreNotTakenForThoseOfAKnownOne() {
        Path file = write(
                "first_stage_model.decoder.conv_in.weight",
                "model.diffusion_model.joint_blocks.0.x_block.mlp.fc1.weight");
        assertThatThrownBy(() -> Checkpoint.recognise(file)).hasMessageContaining("it looks like a model of SD 3");
    }

    @Test
    void theRefinerIsRecognisedByItsTextEncoderAndByItsUNet() {
        Checkpoint whole = Checkpoint.recognise(write(
                "model.diffusion_model.input_blocks.0.0.weight", "conditioner.embedders.0.model.ln_final.weight"));
        assertThat(whole.family()).contains(ModelFamily.SDXL_REFINER);
        assertThat(whole.parts()).containsExactly("unet", "text_encoder_2");
        Path unet =
                ReferenceCase.own().resolve("pipelines/models/sdxl-refiner/unet/diffusion_pytorch_model.safetensors");
        assertThat(Checkpoint.recognise(unet).family()).contains(ModelFamily.SDXL_REFINER);
    }

    @Test
    void unknownFilesAreDescribed() {
        Path file = write("blocks.0.weight", "head");
        assertThatThrownBy(() -> Checkpoint.recognise(file)).hasMessageContaining("called blocks.0.weight, head;");
    }

    @Test
    void aMissingPartIsNamed() {
        Checkpoint checkpoint = Checkpoint.recognise(write("input_blocks.0.0.weight"));
        assertThatThrownBy(() -> checkpoint.open("vae")).hasMessageContaining("holds no vae but [unet]");
    }

    private Path write(String... names) {
        Path file = folder.resolve("some.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Stream.of(names).forEach(name -> tensors.put(name, Tensors.of(new float[] {1}, 1)));
        SafetensorsWriter.write(file, tensors, Map.of());
        return file;
    }

    private static void assertSame(Checkpoint checkpoint, String part, Path component) {
        String stem = part.startsWith("text") ? "model" : "diffusion_pytorch_model";
        try (WeightSource got = checkpoint.open(part);
                WeightSource expected = SafetensorsFile.open(component.resolve(stem + ".safetensors"))) {
            assertThat(new TreeSet<>(got.names())).as(part).isEqualTo(new TreeSet<>(expected.names()));
            for (String name : expected.names()) {
                StoredTensor tensor = got.find(name).orElseThrow();
                StoredTensor reference = expected.find(name).orElseThrow();
                assertThat(tensor.name()).isEqualTo(name);
                assertThat(tensor.shape()).as(name).isEqualTo(reference.shape());
                assertThat(values(tensor)).as(name).isEqualTo(values(reference));
            }
        }
    }

    private static float[] values(StoredTensor tensor) {
        return TensorScope.released(() -> {
            Tensor loaded = tensor.load();
            assertThat(Tensors.shape(loaded)).as(tensor.name()).isEqualTo(tensor.shape());
            assertThat(Dtype.of(loaded.scalar_type())).isEqualTo(tensor.dtype());
            return Tensors.toFloats(loaded);
        });
    }
}

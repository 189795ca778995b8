package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.reference.BadInput;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
    private static final Path SD15 = ReferenceCase.root().resolve("pipelines/models/sd15");
    private static final Path SDXL = ReferenceCase.root().resolve("pipelines/models/sdxl");
    private static final Path FORMATS = ReferenceCase.root().resolve("formats");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> brokenDirectoriesAreRefused() {
        return BadInput.tests("pipe_", input -> ModelFiles.open(input.path()));
    }

    @Test
    void familyAndPartsAreReadFromTheIndex() {
        ModelFiles model = ModelFiles.open(SDXL);
        assertThat(model.family()).isEqualTo(ModelFamily.SDXL);
        assertThat(model.parts())
                .extracting(ModelPart::name)
                .containsExactlyInAnyOrder(
                        "scheduler", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "vae");
        assertThat(model.part("scheduler").config().string("_class_name", "")).isEqualTo("EulerDiscreteScheduler");
        assertThat(model.index().flag("force_zeros_for_empty_prompt", false)).isTrue();
        assertThat(ModelFiles.open(SD15).family()).isEqualTo(ModelFamily.SD15);
        assertThat(ModelFiles.open(SD15).find("text_encoder_2")).isEmpty();
    }

    @Test
    void aPartThatTheModelLacksIsNamed() {
        ModelFiles model = ModelFiles.open(SD15);
        assertThatThrownBy(() -> model.part("text_encoder_2"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("text_encoder_2 is not among the parts");
    }

    @Test
    void relatedPipelinesAreKnownAndIgnoredPartsMayComeFromAnywhere() throws IOException {
        Files.createDirectories(folder.resolve("unet"));
        write("model_index.json", """
            {"_class_name": "StableDiffusionXLControlNetInpaintPipeline",
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": [null, null],
             "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]}\
            """);
        ModelFiles model = ModelFiles.open(folder);
        assertThat(model.family()).isEqualTo(ModelFamily.SDXL);
        assertThat(model.parts()).extracting(ModelPart::name).containsExactly("unet");
    }

    @Test
    void theSnapshotOfAHubCacheIsFollowedThroughItsLinks() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/abc"));
        try (Stream<Path> files = Files.walk(SD15)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path blob = blobs.resolve(Integer.toHexString(file.hashCode()));
                Files.copy(file, blob);
                Path link = snapshot.resolve(SD15.relativize(file));
                Files.createDirectories(link.resolveSibling(""));
                Files.createSymbolicLink(link, link.resolveSibling("").relativize(blob));
            }
        }
        ModelPart unet = ModelFiles.open(snapshot).part("unet");
        try (TensorArena arena = new TensorArena()) {
            assertThat(unet.load(NetworkType.UNET, Dtype.F32, arena).network())
                    .isInstanceOf(UNet2DConditionModel.class);
        }
    }

    @Test
    void aVariantIsReadWhenRequestedAndNamedInTheErrorOtherwise() {
        Path directory = FORMATS.resolve("variant_fp16/model");
        ModelPart asked = ModelFiles.open(directory, "fp16").part("unet");
        try (WeightSource weights = asked.openWeights()) {
            assertThat(weights.find("conv_in.weight").orElseThrow().dtype()).isEqualTo(Dtype.F16);
        }
        ModelPart plain = ModelFiles.open(directory).part("unet");
        assertThatThrownBy(plain::openWeights)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("diffusion_pytorch_model.safetensors: not found")
                .hasMessageContaining("ask for variant fp16");
    }

    @Test
    void aCheckpointReplacesTheNetworksAndKeepsTheConfigurations() {
        Path file = FORMATS.resolve("single_file_sdxl/checkpoint.safetensors");
        ModelFiles model = ModelFiles.open(SDXL).with(Checkpoint.recognise(file));
        for (String part : new String[] {"unet", "vae", "text_encoder", "text_encoder_2"}) {
            try (WeightSource weights = model.part(part).openWeights()) {
                assertThat(weights.file()).isEqualTo(file);
            }
        }
        assertThat(model.part("tokenizer_2").folder()).isEqualTo(SDXL.resolve("tokenizer_2"));
        try (TensorArena arena = new TensorArena()) {
            assertThat(model.part("unet")
                            .load(NetworkType.UNET, Dtype.F32, arena)
                            .network())
                    .isNotNull();
        }
    }

    @Test
    void aUNetAloneReplacesTheUNet() {
        Path file = SDXL.resolve("unet/diffusion_pytorch_model.safetensors");
        ModelFiles model = ModelFiles.open(SDXL).with(Checkpoint.recognise(file));
        try (WeightSource vae = model.part("vae").openWeights()) {
            assertThat(vae.file()).isEqualTo(SDXL.resolve("vae/diffusion_pytorch_model.safetensors"));
        }
    }

    @Test
    void aCheckpointOfAnotherFamilyIsRefused() {
        Checkpoint file = Checkpoint.recognise(FORMATS.resolve("single_file_sdxl/checkpoint.safetensors"));
        ModelFiles model = ModelFiles.open(SD15);
        assertThatThrownBy(() -> model.with(file))
                .hasMessageContaining("is made for SDXL, the model in " + SD15 + " is SD 1.5");
    }

    @Test
    void publishedConfigurationsNeedOnlyTokenizersAndACheckpoint() {
        ModelFiles model = PublishedModel.of(ModelTemplate.SDXL, SDXL);
        assertThat(model.part("unet").config().integers("attention_head_dim", List.of()))
                .containsExactly(5, 10, 20);
        assertThat(model.part("tokenizer_2").folder()).isEqualTo(SDXL.resolve("tokenizer_2"));
        assertThatThrownBy(() -> model.part("unet").openWeights())
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("put a checkpoint over it");
        Path file = folder.resolve("checkpoint.safetensors");
        writeCheckpoint(file, 2048);
        try (WeightSource weights =
                model.with(Checkpoint.recognise(file)).part("unet").openWeights()) {
            assertThat(weights.names()).contains("add_embedding.linear_1.weight");
        }
    }

    @Test
    void aCheckpointForOtherTextEmbeddingsIsRefused() throws IOException {
        Path file = folder.resolve("checkpoint.safetensors");
        writeCheckpoint(file, 1024);
        Path tokenizers = folder.resolve("tokenizers");
        Files.createDirectories(tokenizers.resolve("tokenizer"));
        Files.createDirectories(tokenizers.resolve("tokenizer_2"));
        ModelSource model = new ModelSource(tokenizers, LoadOptions.DEFAULT.withCheckpoint(file));
        assertThatThrownBy(model::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is made for text embeddings 1024 wide")
                .hasMessageContaining("are 2048 wide");
    }

    /** The tiny checkpoint of SDXL, with U-Net attention over text embeddings of the given width. */
    private static void writeCheckpoint(Path file, int textWidth) {
        Path tiny = FORMATS.resolve("single_file_sdxl/checkpoint.safetensors");
        try (PointerScope scope = new PointerScope();
                WeightSource source = SafetensorsFile.open(tiny)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : source.names()) {
                StoredTensor stored = source.find(name).orElseThrow();
                tensors.put(
                        name,
                        name.endsWith(".attn2.to_k.weight")
                                ? torch.zeros(stored.shape()[0], textWidth)
                                : stored.load());
            }
            SafetensorsWriter.write(file, tensors, Map.of());
        }
    }

    @Test
    void publishedConfigurationsDoNotReplaceATokenizer() {
        assertThatThrownBy(() -> PublishedModel.of(ModelTemplate.SDXL, SD15))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("tokenizer_2: not found; SDXL needs this tokenizer");
    }

    @Test
    void aFileIsRefusedWhereADirectoryIsNeeded() {
        Path file = FORMATS.resolve("single_file_sdxl/checkpoint.safetensors");
        assertThatThrownBy(() -> ModelFiles.open(file)).hasMessageContaining("put the file over that");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }
}

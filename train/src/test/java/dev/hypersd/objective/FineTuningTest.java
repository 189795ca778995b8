package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.preset.StatedPreset;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {
    /** The first update of a LoRA changes one of its factors only, the second both. */
    private static final int FEW_STEPS = 3;

    private static final ImageRequest REQUEST =
            TinyFineTuning.request("a red cat").build();

    private static final Path SDXL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sdxl");

    @TempDir
    static Path shared;

    private static Path model;

    @TempDir
    Path folder;

    @BeforeAll
    static void writeModel() {
        model = shared.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
    }

    @Test
    void aLoraLearnsAndChangesWhatTheModelDraws() {
        Path published = folder.resolve("published");
        List<Double> losses = train(lora(EnumSet.allOf(LoraLayers.class)), false, published);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        ImageRequest changed = TinyFineTuning.request("a red cat")
                .lora(published.resolve("lora.safetensors"), 1)
                .build();
        assertThat(TinyFineTuning.draw(model, changed)).isNotEqualTo(TinyFineTuning.draw(model, REQUEST));
    }

    @Test
    void aLoraChangesOnlyTheChosenLayers() {
        Path published = folder.resolve("published");
        train(lora(EnumSet.of(LoraLayers.FEED_FORWARD)), false, published);

        try (LoraFile file = LoraFile.open(published.resolve("lora.safetensors"))) {
            assertThat(file.modules())
                    .isNotEmpty()
                    .allMatch(module -> module.name().contains("_ff_net_"));
            assertThat(file.ranks()).containsExactly(2L);
            assertThat(file.metadata())
                    .containsEntry("ss_network_dim", "2")
                    .containsEntry("ss_network_alpha", "4.0")
                    .containsEntry("ss_network_module", "networks.lora")
                    .containsEntry("ss_base_model_version", "sd_v1")
                    .containsKeys("modelspec.architecture", "hypersd.data", "hypersd.trained_by")
                    .doesNotContainKey(StatedPreset.SAMPLER);
        }
    }

    @Test
    void aDoraLearnsWithAndWithoutCheckpointingAndIsDrawnWith() {
        FineTuning dora = new FineTuning.Lora(
                2,
                2,
                FineTuning.Form.DORA,
                new FineTuning.Targets(EnumSet.allOf(LoraLayers.class)),
                Spelling.PEFT,
                Optional.empty(),
                Optional.empty(),
                Map.of());
        Path published = folder.resolve("published");
        List<Double> losses = train(dora, false, published);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(train(dora, true, folder.resolve("again")).getLast())
                .isCloseTo(losses.getLast(), Offset.offset(1e-4));
        Path file = published.resolve("lora.safetensors");
        try (LoraFile stored = LoraFile.open(file)) {
            assertThat(stored.modules()).allMatch(module -> module.kind().equals("DoRA"));
        }
        ImageRequest changed = TinyFineTuning.request("a red cat").lora(file, 1).build();
        assertThat(TinyFineTuning.draw(model, changed)).isNotEqualTo(TinyFineTuning.draw(model, REQUEST));
    }

    /**
     * The gradients differ by rounding only, which some steps of an optimiser with small weights do not make much of.
     */
    @Test
    void gradientCheckpointingChangesNothing() {
        FineTuning change = lora(EnumSet.allOf(LoraLayers.class));
        List<Double> kept = trainBriefly(model, change, false, Precision.F32, "kept");
        List<Double> computedAgain = trainBriefly(model, change, true, Precision.F32, "again");

        for (int i = 0; i < FEW_STEPS; i++) {
            assertThat(computedAgain.get(i)).isCloseTo(kept.get(i), Offset.offset(1e-4));
        }
    }

    /** F32 holds what F16 does, so it makes no difference when weights are converted. */
    @Test
    void aModelInHalfPrecisionIsHeldAsStoredAndTrainsTheSame() {
        Path single = folder.resolve("single-model");
        ModelFolder.copy(model, single);
        try (TensorArena arena = new TensorArena()) {
            Engine.infer(() -> {
                Map<String, Tensor> weights = new LinkedHashMap<>();
                StartedNetwork.stored(NetworkType.UNET, ModelPart.in(model.resolve("unet")), arena)
                        .parameters()
                        .forEach((name, parameter) -> {
                            assertThat(Dtype.of(parameter.base().scalar_type())).isEqualTo(Dtype.F16);
                            assertThat(parameter.dtype()).isEqualTo(Dtype.F32);
                            weights.put(name, parameter.base().to(Dtype.F32.scalarType()));
                        });
                SafetensorsWriter.write(single.resolve("unet/diffusion_pytorch_model.safetensors"), weights, Map.of());
                return 0;
            });
        }

        for (FineTuning change : List.of(lora(EnumSet.allOf(LoraLayers.class)), new FineTuning.Full())) {
            String name = change.getClass().getSimpleName();
            assertThat(trainBriefly(model, change, true, Precision.F32, "half" + name))
                    .isEqualTo(trainBriefly(single, change, true, Precision.F32, "single" + name));
        }
    }

    @Test
    void mixedPrecisionLearnsAboutTheSame() {
        FineTuning change = lora(EnumSet.allOf(LoraLayers.class));
        List<Double> single = trainBriefly(model, change, false, Precision.F32, "single");
        List<Double> mixed = trainBriefly(model, change, false, Precision.MIXED, "mixed");

        for (int i = 0; i < FEW_STEPS; i++) {
            assertThat(mixed.get(i)).isCloseTo(single.get(i), Percentage.withPercentage(3)); // BF16 has eight bits.
        }
        assertThat(mixed.equals(single)).isEqualTo(Engine.fastestDtype() == Dtype.F32);
    }

    @Test
    void fineTuningTheWholeUNetWritesAModelDirectory() throws IOException {
        Path published = folder.resolve("published");
        List<Double> losses = train(new FineTuning.Full(), true, published);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(TinyFineTuning.draw(published, REQUEST)).isNotEqualTo(TinyFineTuning.draw(model, REQUEST));
        String text = "text_encoder/model.safetensors";
        assertThat(Files.mismatch(published.resolve(text), model.resolve(text))).isEqualTo(-1);
    }

    @Test
    void captionsAreEncodedOnce() {
        objective(new FineTuning.Full(), new ArrayList<>()).close();
        List<Long> encoded = new ArrayList<>();
        objective(new FineTuning.Full(), encoded).close();

        assertThat(encoded).isEmpty();
    }

    @Test
    void picturesAreShown() {
        try (DenoisingObjective objective = objective(lora(EnumSet.allOf(LoraLayers.class)), new ArrayList<>())) {
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
    }

    @Test
    void aLoraForSdxlLearnsFromBothTextEncodersAndFits() {
        Path published = folder.resolve("published");
        List<Double> losses = train(SDXL, lora(EnumSet.allOf(LoraLayers.class)), false, Precision.F32, published);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        ImageRequest changed = TinyFineTuning.request("a red cat")
                .lora(published.resolve("lora.safetensors"), 1)
                .build();
        assertThat(TinyFineTuning.draw(SDXL, changed)).isNotEqualTo(TinyFineTuning.draw(SDXL, REQUEST));
    }

    @Test
    void picturesOfSdxlAreShownWithGuidance() {
        try (DenoisingObjective objective = objective(SDXL, lora(EnumSet.allOf(LoraLayers.class)), new ArrayList<>())) {
            assertThat(objective.show()).containsOnlyKeys("samples");
        }
    }

    /** Pictures are whole, and of the empty caption there is nothing, as the pipeline has it. */
    @Test
    void sdxlIsConditionedOnTheSizeOfPicturesAndTheEmptyCaptionIsZeros() {
        try (TensorArena arena = new TensorArena()) {
            ModelFiles files = ModelFiles.open(SDXL);
            LatentDiffusion sdxl = Engine.infer(() -> LatentDiffusion.pretrained(files, arena));
            TextEncoders encoders = TextEncoders.open(files, sdxl.ids(""), arena);
            Engine.infer(() -> {
                Conditioning told = sdxl.conditioning(
                        encoders.encode(List.of(sdxl.ids("a red cat"), sdxl.ids(""))),
                        List.of(new Framing(90, 300, 0, 43, 64, 128), sdxl.whole(4, 8, 16)));
                Conditioning.Added added = told.added().orElseThrow();
                assertThat(Tensors.toFloats(added.timeIds()))
                        .containsExactly(90, 300, 0, 43, 64, 128, 64, 128, 0, 0, 64, 128);
                assertThat(told.text().select(0, 1).abs().sum().item_double()).isZero();
                assertThat(added.textEmbeds().select(0, 1).abs().sum().item_double())
                        .isZero();
                assertThat(added.textEmbeds().select(0, 0).abs().sum().item_double())
                        .isPositive();
                return 0;
            });
        }
    }

    private static FineTuning lora(Set<LoraLayers> layers) {
        return new FineTuning.Lora(2, 4, layers, Spelling.KOHYA);
    }

    /** The losses of all steps. */
    private List<Double> train(FineTuning change, boolean checkpointing, Path published) {
        return train(model, change, checkpointing, Precision.F32, published);
    }

    private List<Double> train(
            Path directory, FineTuning change, boolean checkpointing, Precision precision, Path published) {
        return new TinyFineTuning(folder).train(directory, change, checkpointing, precision, published);
    }

    /** The losses of few steps, for comparisons of one way to train with another. */
    private List<Double> trainBriefly(
            Path directory, FineTuning change, boolean checkpointing, Precision precision, String name) {
        return new TinyFineTuning(folder)
                .train(directory, change, checkpointing, precision, FEW_STEPS, folder.resolve(name));
    }

    private DenoisingObjective objective(FineTuning change, List<Long> encoded) {
        return objective(model, change, encoded);
    }

    private DenoisingObjective objective(Path directory, FineTuning change, List<Long> encoded) {
        return new TinyFineTuning(folder).objective(directory, change, encoded);
    }
}

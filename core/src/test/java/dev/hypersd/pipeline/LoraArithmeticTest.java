package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.LoraArithmetic;
import dev.hypersd.model.LoraArithmetic.Result;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tensor.WeightStorage;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LoRA files made of others do in a picture what they were made of. */
class LoraArithmeticTest {
    private static final Path MODELS = ReferenceCase.root().resolve("pipelines/models");
    private static final Path MODEL = MODELS.resolve("sd15");
    private static final Path A = MODELS.resolve("loras/sd15-a-kohya.safetensors");
    private static final Path B = MODELS.resolve("loras/sd15-b-peft.safetensors");

    private static LoraArithmetic bench;
    private static DiffusionPipeline pipeline;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        bench = LoraArithmetic.of(MODEL);
        pipeline = DiffusionPipeline.load(MODEL);
    }

    @AfterAll
    static void close() {
        bench.close();
        pipeline.close();
    }

    @Test
    void lorasAppliedToStoredWeightsDrawAsMergedOnes() {
        LoraWeight[] loras = {new LoraWeight(A, 0.7), new LoraWeight(B, -0.4)};
        LoadOptions asStored =
                LoadOptions.DEFAULT.withPlacement(new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU));
        try (DiffusionPipeline unmerged = DiffusionPipeline.load(new ModelSource(MODEL, asStored))) {
            assertThat(difference(draw(unmerged, loras), draw(pipeline, loras))).isLessThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KOHYA", "KOHYA_LATENT_DIFFUSION", "PEFT", "DIFFUSERS"})
    void aConvertedLoraGivesTheSamePicture(Spelling spelling) {
        Path converted = folder.resolve("converted.safetensors");
        bench.merge(
                List.of(new LoraWeight(A, 1)),
                BlockWeights.EVEN,
                new Result(converted, spelling, Optional.of(Dtype.F32)));
        assertThat(difference(draw(pipeline, new LoraWeight(converted, 1)), draw(pipeline, new LoraWeight(A, 1))))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void conversionThereAndBackIsExact() {
        Path there = folder.resolve("there.safetensors");
        Path back = folder.resolve("back.safetensors");
        bench.merge(
                List.of(new LoraWeight(A, 1)),
                BlockWeights.EVEN,
                new Result(there, Spelling.KOHYA_LATENT_DIFFUSION, Optional.empty()));
        bench.merge(
                List.of(new LoraWeight(there, 1)),
                BlockWeights.EVEN,
                new Result(back, Spelling.KOHYA, Optional.empty()));
        assertThat(values(back)).isEqualTo(values(A)).isNotEqualTo(values(there));
    }

    @Test
    void theSumOfTwoDoesWhatBothDo() {
        Path both = folder.resolve("both.safetensors");
        bench.merge(
                List.of(new LoraWeight(A, 0.7), new LoraWeight(B, -0.4)),
                BlockWeights.EVEN,
                new Result(both, Spelling.KOHYA, Optional.of(Dtype.F32)));
        Image expected = draw(pipeline, new LoraWeight(A, 0.7), new LoraWeight(B, -0.4));
        assertThat(difference(draw(pipeline, new LoraWeight(both, 1)), expected))
                .isLessThanOrEqualTo(1);
        assertThat(draw(pipeline, new LoraWeight(A, 0.7))).isNotEqualTo(expected);
    }

    @Test
    void aLowerRankKeepsTheLeadingSingularVectorsAndAHigherOneEverything() {
        Path one = folder.resolve("one.safetensors");
        Path many = folder.resolve("many.safetensors");
        bench.resize(A, 1, new Result(one, Spelling.KOHYA, Optional.of(Dtype.F32)));
        bench.resize(A, 1000, new Result(many, Spelling.KOHYA, Optional.empty()));
        try (LoraFile file = LoraFile.open(one)) {
            assertThat(file.ranks()).containsExactly(1L);
        }
        assertThat(values(many)).isEqualTo(values(A));
        Path twice = folder.resolve("twice.safetensors");
        bench.merge(
                List.of(new LoraWeight(A, 0.5), new LoraWeight(A, 0.5)),
                BlockWeights.EVEN,
                new Result(twice, Spelling.KOHYA, Optional.of(Dtype.F32)));
        try (LoraFile file = LoraFile.open(A)) {
            // Of twice the same, half the rank holds everything.
            bench.resize(twice, file.ranks().last(), new Result(one, Spelling.KOHYA, Optional.of(Dtype.F32)));
        }
        assertThat(difference(draw(pipeline, new LoraWeight(one, 1)), draw(pipeline, new LoraWeight(A, 1))))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void theDifferenceOfTwoModelsIsALora() throws IOException {
        Path tuned = tuned();
        Path lora = folder.resolve("difference.safetensors");
        bench.extract(MODEL, tuned, 2, new Result(lora, Spelling.KOHYA, Optional.of(Dtype.F32)));
        try (LoraFile file = LoraFile.open(lora)) {
            assertThat(file.modules()).hasSize(2);
        }
        try (DiffusionPipeline other = DiffusionPipeline.load(tuned)) {
            Image expected = draw(other);
            assertThat(difference(draw(pipeline, new LoraWeight(lora, 1)), expected))
                    .isLessThanOrEqualTo(1);
            assertThat(draw(pipeline)).isNotEqualTo(expected);
        }
        assertThatThrownBy(() -> bench.extract(MODEL, MODEL, 2, new Result(lora, Spelling.KOHYA, Optional.empty())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("have the same weights");
    }

    @Test
    void aLoraForAnotherModelIsRefused() {
        Path sdxl = MODELS.resolve("loras/sdxl-a-kohya.safetensors");
        Result result = new Result(folder.resolve("none.safetensors"), Spelling.KOHYA, Optional.empty());
        assertThatThrownBy(() -> bench.merge(List.of(new LoraWeight(sdxl, 1)), BlockWeights.EVEN, result))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("does not match SD 1.5");
        assertThatThrownBy(() -> bench.resize(A, 0, result)).hasMessage("the rank of a LoRA must be at least 1, not 0");
        assertThat(result.file()).doesNotExist();
    }

    /** The model with a change of rank 1 in a linear layer and in a convolution. */
    private Path tuned() throws IOException {
        Path tuned = folder.resolve("tuned");
        try (Stream<Path> files = Files.walk(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, tuned.resolve(MODEL.relativize(file).toString()));
            }
        }
        String weights = "unet/diffusion_pytorch_model.safetensors";
        Files.delete(tuned.resolve(weights));
        Engine.infer(() -> {
            try (SafetensorsFile source = SafetensorsFile.open(MODEL.resolve(weights))) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                for (String name : source.names()) {
                    Tensor values = source.find(name).orElseThrow().load().to(Dtype.F32.scalarType());
                    boolean changed = name.equals("conv_out.weight")
                            || name.equals("mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight");
                    tensors.put(name, changed ? values.add(new Scalar(0.05)) : values);
                }
                SafetensorsWriter.write(tuned.resolve(weights), tensors, Map.of());
            }
            return tuned;
        });
        return tuned;
    }

    private static Map<String, List<Float>> values(Path file) {
        return Engine.infer(() -> {
            try (SafetensorsFile source = SafetensorsFile.open(file)) {
                Map<String, List<Float>> values = new LinkedHashMap<>();
                for (String name : source.names().stream().sorted().toList()) {
                    float[] floats =
                            Tensors.toFloats(source.find(name).orElseThrow().load());
                    List<Float> list = new ArrayList<>();
                    for (float f : floats) {
                        list.add(f);
                    }
                    values.put(name, list);
                }
                return values;
            }
        });
    }

    private static int difference(Image a, Image b) {
        byte[] first = a.rgb();
        byte[] second = b.rgb();
        int most = 0;
        for (int i = 0; i < first.length; i++) {
            most = Math.max(most, Math.abs((first[i] & 0xFF) - (second[i] & 0xFF)));
        }
        return most;
    }

    private static Image draw(DiffusionPipeline pipeline, LoraWeight... loras) {
        ImageRequest.Builder request =
                ImageRequest.of("a cat").seed(2).size(64, 64).steps(2).sampler(Samplers.named("ddim"));
        for (LoraWeight lora : loras) {
            request.lora(lora);
        }
        return pipeline.generate(request.build()).getFirst().image();
    }
}

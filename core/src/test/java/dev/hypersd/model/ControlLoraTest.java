package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.controlnet.ControlNetConfig.ChannelOrder;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Component;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlLoraTest {
    private static final String CHANGED = "down_blocks.0.resnets.0.conv1";
    private static final int RANK = 2;

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void writeModel() {
        model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
    }

    @Test
    void aControlLoraIsWrittenUnderTheOriginalNamesWithItsMark() {
        Path file = write("names", RANK);
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            assertThat(stored.names())
                    .contains(
                            "input_blocks.1.0.in_layers.2.up",
                            "input_blocks.1.0.in_layers.2.down",
                            "zero_convs.0.0.weight",
                            "input_hint_block.0.weight",
                            "middle_block_out.0.bias")
                    .contains(ControlLora.MARK);
        }
        assertThat(Inspection.of(file).parts())
                .extracting(Inspection.Part::name)
                .contains("controlnet");
    }

    @Test
    void aControlLoraIsTheUNetsEncoderWithItsChanges() {
        Path file = write("changes", RANK);
        Engine.infer(() -> {
            try (DiffusionModel loaded = DiffusionModel.load(new ModelSource(model).open());
                    TensorArena arena = new TensorArena();
                    WeightSource stored = Checkpoint.recognise(file).open("controlnet");
                    ControlLora weights =
                            new ControlLora(stored, loaded.denoiser().parameters(Component.UNET))) {
                Map<String, Parameter> unet = loaded.denoiser().parameters(Component.UNET);
                Tensor base = base(unet, CHANGED + ".weight");
                Tensor change = tensor(stored, CHANGED + ".up")
                        .flatten(1, -1)
                        .matmul(tensor(stored, CHANGED + ".down").flatten(1, -1))
                        .view(Tensors.shape(base));
                assertThat(difference(tensor(weights, CHANGED + ".weight"), base.add(change)))
                        .isCloseTo(0, Offset.offset(1e-6));
                assertThat(difference(
                                tensor(weights, "time_embedding.linear_1.weight"),
                                base(unet, "time_embedding.linear_1.weight")))
                        .isZero();
                assertThat(weights.names()).contains(CHANGED + ".weight").doesNotContain(ControlLora.MARK);

                ControlNet network = ControlNetFile.open(
                                file, loaded.denoiser().unet().config())
                        .load(loaded, arena);
                assertThat(network.config().embeddingChannels()).containsExactly(4, 4, 4, 4);
            }
            return file;
        });
    }

    @Test
    void factorsOfAnotherUNetAreRefused() {
        Path file = write("broken", RANK + 1);
        Engine.infer(() -> {
            try (DiffusionModel loaded = DiffusionModel.load(new ModelSource(model).open());
                    TensorArena arena = new TensorArena()) {
                ControlNetFile found =
                        ControlNetFile.open(file, loaded.denoiser().unet().config());
                assertThatThrownBy(() -> found.load(loaded, arena))
                        .isInstanceOf(InvalidFileException.class)
                        .hasMessageContaining("changes " + CHANGED + ".weight by factors of shapes")
                        .hasMessageContaining("it is for another U-Net");
            }
            return file;
        });
    }

    /** Everything that the U-Net has not, and a change of one convolution. */
    private static Path write(String name, int rankOfDown) {
        Path file = folder.resolve(name + ".safetensors");
        UNetConfig unet = new ModelSource(model).open().unet();
        Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            var _ = new ControlNet(new ControlNetConfig(unet, 3, List.of(4, 4, 4, 4), ChannelOrder.RGB), parameters);
            RandomTensors random = new RandomTensors(3);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            parameters.taken().forEach((parameter, shape) -> {
                if (parameter.startsWith("controlnet_")) {
                    tensors.put(parameter, random.draw(new Init.Normal(0.1), Dtype.F32, shape.shape()));
                }
            });
            long[] shape = Tensors.shape(base(parameters.taken(), CHANGED + ".weight"));
            tensors.put(CHANGED + ".up", random.draw(new Init.Normal(0.1), Dtype.F32, shape[0], RANK, 1, 1));
            tensors.put(
                    CHANGED + ".down",
                    random.draw(new Init.Normal(0.1), Dtype.F32, rankOfDown, shape[1], shape[2], shape[3]));
            ControlLora.write(file, tensors, Dtype.F32);
            return file;
        });
        return file;
    }

    private static Tensor base(Map<String, Parameter> parameters, String name) {
        return Optional.ofNullable(parameters.get(name)).orElseThrow().base();
    }

    private static Tensor tensor(WeightSource source, String name) {
        return source.find(name).map(StoredTensor::load).orElseThrow();
    }

    private static double difference(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double();
    }
}

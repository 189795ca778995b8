package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.Inspection;
import dev.hypersd.model.LoraArithmetic;
import dev.hypersd.model.LoraArithmetic.Result;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LoRA of every kind of change at once draws what the model draws whose weights were changed by hand. */
class MergedByHandTest {
    private static final Path MODEL = ReferenceCase.root().resolve("pipelines/models/sd15");
    private static final String CONVOLUTION = "down_blocks.0.resnets.0.conv1";
    private static final String OUTPUT = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0";
    private static final String SECOND_OUTPUT = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0";
    private static final String GROUP_NORM = "mid_block.resnets.0.norm1";
    private static final String LAYER_NORM = "down_blocks.0.attentions.0.transformer_blocks.0.norm2";

    private record Numbers(float[] values, long... shape) {
        float at(int i) {
            return values[i];
        }
    }

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private final Map<String, Numbers> lora = new LinkedHashMap<>();

    @Test
    void thePictureIsThatOfTheChangedWeights() {
        Map<String, Numbers> weights = read(unet(MODEL));
        core(weights);
        full(weights, OUTPUT, ".diff", ".diff_b");
        full(weights, GROUP_NORM, ".w_norm", ".b_norm");
        full(weights, LAYER_NORM, ".w_norm", ".b_norm");
        biased(weights);
        Path file = folder.resolve("lora.safetensors");
        write(file, lora);
        Path changed = copyOfModel("changed");
        write(unet(changed), weights);

        Image expected = draw(changed);
        Image drawn = draw(MODEL, new LoraWeight(file, 1));
        assertThat(difference(drawn, expected)).isLessThanOrEqualTo(1);
        assertThat(difference(draw(MODEL), expected)).isGreaterThan(1);

        Path merged = folder.resolve("merged");
        new ModelConversion(new ModelSource(MODEL).open(), Optional.empty())
                .write(List.of(new LoraWeight(file, 1)), BlockWeights.EVEN, merged);
        assertThat(difference(draw(merged), expected)).isLessThanOrEqualTo(1);

        Inspection.Adapter adapter = Inspection.of(file).adapter().orElseThrow();
        assertThat(adapter.kinds())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("LoCon with a core", 1, "full difference", 1, "norm", 2, "bias", 4, "LoRA", 1));
        assertThat(adapter.ranks()).containsExactly(2L, 3L);
        assertThat(adapter.scales()).containsExactly(0.5, 1.0);

        try (LoraArithmetic bench = LoraArithmetic.of(MODEL)) {
            Result result = new Result(folder.resolve("out.safetensors"), Spelling.KOHYA, Optional.empty());
            assertThatThrownBy(() -> bench.resize(file, 1, result))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("no other LoRA can be made of it");
        }
    }

    /** {@code W[o, i, y, x] += 1/2 sum over r, s of up[o, r] mid[r, s, y, x] down[s, i]}. */
    private void core(Map<String, Numbers> weights) {
        Numbers weight = of(weights, CONVOLUTION + ".weight");
        int out = (int) weight.shape[0];
        int in = (int) weight.shape[1];
        String stem = "lora_unet_" + CONVOLUTION.replace('.', '_');
        Numbers down = give(stem + ".lora_down.weight", 2, in, 1, 1);
        Numbers mid = give(stem + ".lora_mid.weight", 2, 2, 3, 3);
        Numbers up = give(stem + ".lora_up.weight", out, 2, 1, 1);
        lora.put(stem + ".alpha", new Numbers(new float[] {1}));
        for (int i = 0; i < weight.values.length; i++) {
            double sum = 0;
            for (int r = 0; r < 2; r++) {
                for (int s = 0; s < 2; s++) {
                    sum += up.at(i / (9 * in) * 2 + r) * mid.at((r * 2 + s) * 9 + i % 9) * down.at(s * in + i / 9 % in);
                }
            }
            weight.values[i] += (float) (sum / 2);
        }
    }

    private void full(Map<String, Numbers> weights, String layer, String weightEnding, String biasEnding) {
        String stem = "lora_unet_" + layer.replace('.', '_');
        add(of(weights, layer + ".weight"), give(stem + weightEnding, of(weights, layer + ".weight").shape));
        add(of(weights, layer + ".bias"), give(stem + biasEnding, of(weights, layer + ".bias").shape));
    }

    private void biased(Map<String, Numbers> weights) {
        Numbers weight = of(weights, SECOND_OUTPUT + ".weight");
        int out = (int) weight.shape[0];
        int in = (int) weight.shape[1];
        String stem = "unet.base_model.model." + SECOND_OUTPUT;
        Numbers a = give(stem + ".lora_A.default.weight", 3, in);
        Numbers b = give(stem + ".lora_B.default.weight", out, 3);
        add(of(weights, SECOND_OUTPUT + ".bias"), give(stem + ".lora_B.default.bias", out));
        for (int i = 0; i < weight.values.length; i++) {
            for (int r = 0; r < 3; r++) {
                weight.values[i] += b.at(i / in * 3 + r) * a.at(r * in + i % in);
            }
        }
    }

    private static void add(Numbers to, Numbers what) {
        for (int i = 0; i < to.values.length; i++) {
            to.values[i] += what.values[i];
        }
    }

    private static Numbers of(Map<String, Numbers> weights, String name) {
        return Objects.requireNonNull(weights.get(name), name);
    }

    private Numbers give(String name, long... shape) {
        float[] values = new float[(int) Shapes.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.3);
        }
        Numbers numbers = new Numbers(values, shape);
        lora.put(name, numbers);
        return numbers;
    }

    private static Path unet(Path model) {
        try (Stream<Path> files = Files.list(model.resolve("unet"))) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .min(Path::compareTo)
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path copyOfModel(String name) {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(MODEL.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    private static Map<String, Numbers> read(Path path) {
        return Engine.infer(() -> {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                Map<String, Numbers> numbers = new LinkedHashMap<>();
                for (String name : file.names()) {
                    Tensor tensor = file.find(name).orElseThrow().load();
                    numbers.put(name, new Numbers(Tensors.toFloats(tensor), Tensors.shape(tensor)));
                }
                return numbers;
            }
        });
    }

    private static void write(Path file, Map<String, Numbers> numbers) {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            numbers.forEach((name, tensor) -> tensors.put(name, Tensors.of(tensor.values, tensor.shape)));
            SafetensorsWriter.write(file, tensors, Map.of());
            return file;
        });
    }

    private static Image draw(Path model, LoraWeight... loras) {
        ImageRequest.Builder request =
                ImageRequest.of("a cat").sampler(Samplers.named("tcd")).steps(2).size(64, 64);
        List.of(loras).forEach(request::lora);
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            return pipeline.generate(request.build()).getFirst().image();
        }
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
}

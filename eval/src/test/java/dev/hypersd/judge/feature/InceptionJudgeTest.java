package dev.hypersd.judge.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.ScorerCase;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inception with weights that are hashes of their places, which the reference implementation computes too. */
class InceptionJudgeTest {
    private static final ScorerCase GOLDEN = ScorerCase.own("inception");

    @TempDir
    private static Path judges;

    @BeforeAll
    static void writeThePublishedFile() throws IOException {
        Path folder = Files.createDirectory(judges.resolve("inception"));
        Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            new FidInception(parameters);
            Map<String, Tensor> weights = new LinkedHashMap<>();
            parameters.taken().forEach((name, parameter) -> weights.put(name, weight(name, parameter.shape())));
            // What the published file has besides.
            weights.put("fc.weight", Tensors.of(new float[8], 4, 2));
            weights.put("fc.bias", Tensors.of(new float[4], 4));
            weights.put("Conv2d_1a_3x3.bn.num_batches_tracked", Tensors.of(new long[1], 1));
            SafetensorsWriter.write(folder.resolve("pt_inception-2015-12-05.safetensors"), weights, Map.of());
            return 0;
        });
    }

    /** The weights of make.py. */
    private static Tensor weight(String name, long... shape) {
        Tensor hashed = hashed(name, shape);
        if (name.endsWith("conv.weight")) {
            return hashed.mul(new Scalar((float) Math.sqrt(6.0 / (shape[1] * shape[2] * shape[3]))));
        }
        return name.endsWith("bn.weight") || name.endsWith("bn.running_var")
                ? hashed.mul(new Scalar(0.5)).add(new Scalar(1.0))
                : hashed.mul(new Scalar(0.125));
    }

    /** The numbers of make.py: from -1 to 1, a hash of the number of the element and of the name. */
    private static Tensor hashed(String name, long... shape) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        float[] values = new float[(int) Shapes.count(shape)];
        for (int i = 0; i < values.length; i++) {
            int x = (i + (int) crc.getValue()) * 0x9E3779B1;
            x ^= x >>> 16;
            x *= 0x85EBCA77;
            x ^= x >>> 13;
            values[i] = (float) (Integer.toUnsignedLong(x) / 2147483648.0 - 1);
        }
        return Tensors.of(values, shape);
    }

    @Test
    void smallPicturesHaveTheFeaturesOfTheReference() {
        Engine.infer(() -> {
            try (SafetensorsFile file =
                            SafetensorsFile.open(judges.resolve("inception/pt_inception-2015-12-05.safetensors"));
                    TensorArena arena = new TensorArena()) {
                StoredParameters stored = new StoredParameters(FidInception.named(file), Dtype.F32, arena);
                FidInception network = new FidInception(new Parameters(stored));
                assertThat(stored.unused()).isEmpty();
                float[] features = Tensors.toFloats(network.forward(hashed("pixels", 2, 3, 96, 96)));
                assertFeatures(features, "expected.small");
                assertThatThrownBy(() -> network.forward(hashed("pixels", 1, 3, 74, 96)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("pictures for Inception have at least 75 pixels, not 96x74");
            }
            return 0;
        });
    }

    @Test
    void picturesAreResizedAndDescribedAsByCleanFid() {
        float[] pixels = GOLDEN.expected("expected.pixels");
        float[] resized = Engine.infer(
                () -> Tensors.toFloats(InceptionJudge.resized(GOLDEN.images().getFirst())
                        .slice(2, new LongOptional(0), new LongOptional(299), 13)
                        .slice(3, new LongOptional(0), new LongOptional(299), 13)
                        .contiguous()));
        assertThat(resized).hasSize(pixels.length);
        for (int i = 0; i < pixels.length; i++) {
            assertThat(resized[i]).isCloseTo(pixels[i], within(1e-3f));
        }
        try (TensorArena arena = new TensorArena()) {
            FeatureNetwork judge = new JudgeFolder(judges).open(FeatureKind.INCEPTION, arena);
            assertFeatures(judge.features(GOLDEN.images()).getFirst(), "expected.features");
            assertThat(judge.preparation()).isEqualTo("both sides to 299, bicubic, not rounded, as in clean-fid");
        }
    }

    /** The tolerances of the case: a ten-thousandth of the largest features. */
    private static void assertFeatures(float[] features, String name) {
        float[] expected = GOLDEN.expected(name);
        assertThat(features).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(features[i]).as("feature %d", i).isCloseTo(expected[i], within(1e-4f + 1e-4f * expected[i]));
        }
    }

    @Test
    void aFileOfAnotherNetworkIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createDirectory(folder.resolve("inception")).resolve("other.safetensors");
        Engine.infer(() -> {
            SafetensorsWriter.write(file, Map.of("conv.weight", Tensors.of(new float[1], 1)), Map.of());
            return 0;
        });
        try (TensorArena arena = new TensorArena()) {
            assertThatThrownBy(() -> new JudgeFolder(folder).open(FeatureKind.INCEPTION, arena))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessage(file + ": tensor Conv2d_1a_3x3.conv.weight is missing");
        }
    }
}

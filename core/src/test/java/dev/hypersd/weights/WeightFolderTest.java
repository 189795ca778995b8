package dev.hypersd.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.reference.BadInput;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class WeightFolderTest {
    private static final String STEM = "diffusion_pytorch_model";

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> brokenIndexesAreRefused() {
        return BadInput.tests(
                "idx_", input -> WeightFolder.open(input.path(), STEM).close());
    }

    @Test
    void shardsAreReadAsOne() throws IOException {
        write("a-of.safetensors", "a", 1);
        write("b-of.safetensors", "b", 2);
        Files.writeString(folder.resolve(STEM + ".safetensors.index.json"), """
                {"metadata": {"total_size": 8}, "weight_map": {"b": "b-of.safetensors", "a": "a-of.safetensors"}}""");
        try (WeightSource weights = WeightFolder.open(folder, STEM)) {
            assertThat(weights.names()).containsExactly("b", "a");
            assertThat(value(weights, "a")).isEqualTo(1);
            assertThat(value(weights, "b")).isEqualTo(2);
            assertThat(weights.find("c")).isEmpty();
        }
    }

    @Test
    void theRequestedVariantIsOpened() {
        write(STEM + ".safetensors", "w", 1);
        write(STEM + ".fp16.safetensors", "w", 2);
        try (WeightSource plain = WeightFolder.open(folder, STEM);
                WeightSource variant = WeightFolder.open(folder, STEM, "fp16")) {
            assertThat(value(plain, "w")).isEqualTo(1);
            assertThat(value(variant, "w")).isEqualTo(2);
        }
    }

    @Test
    void aVariantMayBeSharded() throws IOException {
        write(STEM + ".fp16-00001-of-00001.safetensors", "w", 3);
        Files.writeString(folder.resolve(STEM + ".safetensors.index.fp16.json"), """
                {"weight_map": {"w": "%s.fp16-00001-of-00001.safetensors"}}""".formatted(STEM));
        try (WeightSource weights = WeightFolder.open(folder, STEM, "fp16")) {
            assertThat(value(weights, "w")).isEqualTo(3);
        }
        assertThatThrownBy(() -> WeightFolder.open(folder, STEM)).hasMessageContaining("ask for variant fp16");
    }

    @Test
    void weightsWithoutVariantStandInForAMissingOne() {
        write(STEM + ".safetensors", "w", 1);
        try (WeightSource weights = WeightFolder.open(folder, STEM, "fp16")) {
            assertThat(value(weights, "w")).isEqualTo(1);
        }
    }

    @Test
    void aVariantThatWasNotRequestedIsNamedInTheError() {
        write(STEM + ".fp16.safetensors", "w", 2);
        assertThatThrownBy(() -> WeightFolder.open(folder, STEM))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(folder.resolve(STEM + ".safetensors")
                        + ": not found; the weights are there only as variant fp16"
                        + " (diffusion_pytorch_model.fp16.safetensors): ask for variant fp16");
    }

    @Test
    void aPickleIsRefusedByName() throws IOException {
        Files.write(folder.resolve(STEM + ".bin"), new byte[] {(byte) 0x80, 2});
        assertThatThrownBy(() -> WeightFolder.open(folder, STEM))
                .hasMessageContaining("diffusion_pytorch_model.bin: is a pickle");
    }

    @Test
    void theOnlyFileIsOpenedWhateverItsNameAndSeveralAreRefused() throws IOException {
        assertThatThrownBy(() -> WeightFolder.openOnly(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(folder + ": has no weights: no safetensors file");
        Files.write(folder.resolve("head.pth"), new byte[] {(byte) 0x80, 2});
        assertThatThrownBy(() -> WeightFolder.openOnly(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(folder.resolve("head.pth") + ": is a pickle");
        write("sac+logos.safetensors", "a", 3);
        try (WeightSource weights = WeightFolder.openOnly(folder)) {
            assertThat(value(weights, "a")).isEqualTo(3);
        }
        write("b.safetensors", "b", 4);
        assertThatThrownBy(() -> WeightFolder.openOnly(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(folder + ": has several files of weights, b.safetensors, sac+logos.safetensors; leave one "
                        + "of them");
    }

    private void write(String file, String tensor, float value) {
        SafetensorsWriter.write(folder.resolve(file), Map.of(tensor, Tensors.of(new float[] {value}, 1)), Map.of());
    }

    private static float value(WeightSource weights, String name) {
        return Tensors.toFloats(weights.find(name).orElseThrow().load())[0];
    }
}

package dev.hypersd.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.reference.BadInput;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> brokenFilesAreRefusedAndOddOnesAccepted() {
        return BadInput.tests("st_", input -> {
            try (SafetensorsFile file = SafetensorsFile.open(input.path())) {
                for (String name : file.names()) {
                    load(file, name);
                }
            }
        });
    }

    @Test
    void inPlaceChangesOfAReadOnlyFileStayInMemory() throws IOException {
        Path path = write(Map.of("w", Tensors.of(new float[] {1, 2, 3}, 3)));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
        FileTime before = Files.getLastModifiedTime(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.find("w").orElseThrow().load().mul_(new Scalar(2));
            assertThat(load(file, "w")).containsExactly(2, 4, 6);
        }
        try (SafetensorsFile again = SafetensorsFile.open(path)) {
            assertThat(load(again, "w")).containsExactly(1, 2, 3);
        }
        assertThat(Files.getLastModifiedTime(path)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "version https://git-lfs.github.com/spec/v1, a pointer of Git LFS",
        "<!DOCTYPE html><html><head></head></html>, a web page",
        "' \n<html lang=\"en\"><body>Sign in</body></html>', a web page",
        "Access to model fox is restricted, 'the answer of a site, \"access to model fox is restricted\"'",
        "Entry not found, 'the answer of a site, \"entry not found\"'",
        "GGUF of version 3, not a safetensors file but a GGUF file (weights for ggml)",
        "'\b\u0007\u0012\u0007pytorch', not a safetensors file but an ONNX file",
    })
    void errorPagesAndPointersInPlaceOfAFileAreNamed(String content, String kind) throws IOException {
        Path path = Files.writeString(folder.resolve("fox.safetensors"), content);
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("fox.safetensors: is " + kind);
    }

    @Test
    void tensorsOutliveTheirFile() {
        Path path = write(Map.of("w", Tensors.of(new float[] {1, 2}, 2)));
        Tensor tensor;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            tensor = file.find("w").orElseThrow().load();
        }
        assertThat(Tensors.toFloats(tensor)).containsExactly(1, 2);
    }

    @Test
    void tensorsOfOneFileCountTheirInPlaceChangesApart() {
        Path path = write(Map.of("a", Tensors.of(new float[] {1}, 1), "b", Tensors.of(new float[] {2}, 1)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor a = file.find("a").orElseThrow().load();
            Tensor b = file.find("b").orElseThrow().load();
            long before = b._version();
            a.add_(new Scalar(1));
            assertThat(b._version()).isEqualTo(before);
        }
    }

    @Test
    void misalignedTensorsAreCopied() throws IOException {
        String json = """
            {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}\
            """;
        Path path = folder.resolve("odd.safetensors");
        byte[] header = (json + " ".repeat(7 - json.length() % 4)).getBytes(StandardCharsets.UTF_8);
        assertThat(header.length % 4).isNotZero();
        Files.write(
                path,
                ByteBuffer.allocate(Long.BYTES + header.length + 8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .putFloat(1.5f)
                        .putFloat(-2)
                        .array());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(load(file, "w")).containsExactly(1.5f, -2);
        }
    }

    @Test
    void aFileThatChangedAfterItWasOpenedIsNotReadByItsOldHeader() throws IOException {
        Path path = write(Map.of("w", Tensors.of(new float[] {1, 2}, 2)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Files.write(path, new byte[3]);
            StoredTensor stored = file.find("w").orElseThrow();
            assertThatThrownBy(stored::load)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("changed after it was opened");
        }
    }

    @Test
    void nothingCanBeLoadedFromAClosedFile() {
        SafetensorsFile file = SafetensorsFile.open(write(Map.of("w", Tensors.of(new float[] {1}, 1))));
        StoredTensor stored = file.find("w").orElseThrow();
        file.close();
        assertThatThrownBy(stored::load).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aListOfAMillionDimensionsIsRefusedEarly() throws IOException {
        String json =
                "{\"w\": {\"dtype\": \"F32\", \"shape\": [1" + ",1".repeat(999_999) + "], \"data_offsets\": [0, 4]}}";
        Path path = folder.resolve("many.safetensors");
        Files.write(
                path,
                ByteBuffer.allocate(Long.BYTES + json.length() + 4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length())
                        .put(json.getBytes(StandardCharsets.UTF_8))
                        .array());
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .hasMessageContaining("shape of w has more than 64 entries");
    }

    @Test
    void linksAreFollowed() throws IOException {
        Path path = write(Map.of("w", Tensors.of(new float[] {7}, 1)));
        Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
        Path link = Files.createSymbolicLink(snapshot.resolve("model.safetensors"), path);
        try (SafetensorsFile file = SafetensorsFile.open(link)) {
            assertThat(load(file, "w")).containsExactly(7);
        }
    }

    private Path write(Map<String, Tensor> tensors) {
        Path path = folder.resolve("w.safetensors");
        SafetensorsWriter.write(path, tensors, Map.of());
        return path;
    }

    private static float[] load(SafetensorsFile file, String name) {
        StoredTensor stored = file.find(name).orElseThrow();
        return TensorScope.released(() -> {
            Tensor tensor = stored.load();
            assertThat(Tensors.shape(tensor)).isEqualTo(stored.shape());
            assertThat(Dtype.of(tensor.scalar_type())).isEqualTo(stored.dtype());
            return Tensors.toFloats(tensor);
        });
    }
}

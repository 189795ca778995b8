package dev.hypersd.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch wrote (pickles/make.py says how), read and refused. */
class TorchFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"types.pt", "types_older.pt"})
    void tensorsOfEveryTypeAreRead(String name) {
        try (WeightSource weights = converted(name, Optional.empty())) {
            for (Dtype dtype : Dtype.values()) {
                boolean inOlderFiles = dtype != Dtype.F8_E4M3 && dtype != Dtype.F8_E5M2;
                if (inOlderFiles || name.equals("types.pt")) {
                    StoredTensor tensor = weights.find(dtype.name()).orElseThrow();
                    assertThat(tensor.dtype()).isEqualTo(dtype);
                    assertThat(tensor.shape()).containsExactly(2, 3);
                    assertThat(values(weights, dtype.name()))
                            .containsExactly(dtype == Dtype.BOOL ? new float[] {0, 1, 1, 1, 1, 1} : counting(6));
                }
            }
            assertThat(weights.names()).hasSize(name.equals("types.pt") ? 12 : 10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"layouts.pt", "layouts_older.pt"})
    void everyLayoutIsWrittenInRowMajorOrder(String name) {
        try (WeightSource weights = converted(name, Optional.empty())) {
            assertThat(values(weights, "base")).containsExactly(counting(24));
            assertThat(values(weights, "transposed"))
                    .containsExactly(
                            at(0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23));
            assertThat(weights.find("transposed").orElseThrow().shape()).containsExactly(6, 4);
            assertThat(values(weights, "part")).containsExactly(at(8, 9, 10, 14, 15, 16));
            assertThat(values(weights, "every_second")).containsExactly(at(0, 3, 12, 15));
            assertThat(values(weights, "expanded")).containsExactly(at(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2));
            assertThat(values(weights, "scalar")).containsExactly(7);
            assertThat(weights.find("scalar").orElseThrow().shape()).isEmpty();
            assertThat(weights.find("empty").orElseThrow().shape()).containsExactly(0, 3);
            assertThat(values(weights, "parameter")).containsExactly(0, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.ckpt", "checkpoint_older.ckpt"})
    void theWeightsOfACheckpointAreTakenAndTheRestIsNamed(String name) {
        try (TorchFile file = TorchFile.open(path(name))) {
            assertThat(file.names())
                    .containsExactly("model.diffusion_model.out.2.bias", "model.diffusion_model.out.2.weight");
            assertThat(file.find("model.diffusion_model.out.2.weight")
                            .orElseThrow()
                            .dtype())
                    .isEqualTo(Dtype.F16);
            assertThat(file.leftOut())
                    .contains(
                            "epoch",
                            "global_step",
                            "callbacks",
                            "optimizer_states (1 tensor)",
                            "hyper_parameters",
                            "the averages over the training, model_ema. (2 tensors)");
        }
        try (WeightSource weights = converted(name, Optional.of(Dtype.BF16))) {
            StoredTensor bias = weights.find("model.diffusion_model.out.2.bias").orElseThrow();
            assertThat(bias.dtype()).isEqualTo(Dtype.BF16);
            assertThat(values(weights, bias.name())).containsExactly(counting(4));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"word.pt", "word_older.pt"})
    void embeddingsInTheOldestFormatAreRead(String name) {
        try (WeightSource weights = converted(name, Optional.empty())) {
            assertThat(weights.names()).containsExactly("string_to_param.*");
            assertThat(values(weights, "string_to_param.*")).containsExactly(counting(16));
            assertThat(weights.find("string_to_param.*").orElseThrow().shape()).containsExactly(2, 8);
        }
    }

    @Test
    void tensorsInListsAndAloneGetNames() {
        try (WeightSource weights = converted("list.pt", Optional.empty());
                WeightSource alone = converted("tensor.pt", Optional.empty())) {
            assertThat(weights.names()).containsExactlyInAnyOrder("0", "1.0", "1.1.x");
            assertThat(alone.names()).containsExactly("tensor");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void everyProtocolIsRead(int protocol) {
        try (TorchFile file = TorchFile.open(path("protocol" + protocol + ".pt"))) {
            assertThat(file.names()).containsExactly("a b.ä\n\\");
            assertThat(file.leftOut())
                    .contains("n.0, a number", "n.5, a number", "n.6, None", "n.7, a boolean", "b.4, a text")
                    .hasSize(13);
        }
    }

    @Test
    void theBytesOfBigEndianElementsAreReversed() {
        try (WeightSource weights = converted("big_endian.pt", Optional.empty())) {
            assertThat(values(weights, "base")).containsExactly(counting(24));
            assertThat(Arrays.copyOf(values(weights, "transposed"), 4)).containsExactly(at(0, 6, 12, 18));
            assertThat(weights.find("empty").orElseThrow().shape()).containsExactly(0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        hostile_call.pt   | names posix.system, which no weights need and which could run code
        hostile_call.pt   | of hostile_call/data.pkl)
        hostile_only.pt   | names __builtin__.eval, which no weights need and which could run code
        hostile_weight.pt | holds a tensor made by torch._utils._rebuild_sparse_tensor, which is not supported
        object_only.pt    | holds no tensors outside of objects, which are not read; the first is made by omegaconf
        complex.pt        | holds tensors of torch.ComplexFloatStorage, for which there is no type here
        negated.pt        | holds a tensor with a pending operation
        bomb.pt           | holds tensors that repeat their elements to more than 16777216 bytes
        plain_pickle.pt   | is a pickle, but none of PyTorch: it does not begin with the magic number
        compressed.pt     | data.pkl compressed, while PyTorch stores entries as they are
        program.pt        | is a program (TorchScript) and not weights alone
        """)
    void whatIsRefusedIsNamed(String name, String sentence) {
        assertThatThrownBy(() -> TorchFile.open(path(name)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(path(name) + ": ")
                .hasMessageContaining(sentence);
        assertThat(Path.of("pwned")).doesNotExist();
    }

    @Test
    void filesThatADownloadLeftInPlaceOfWeightsAreNamed() throws IOException {
        Path file = folder.resolve("fox.ckpt");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
        assertThatThrownBy(() -> TorchFile.open(file)).hasMessageContaining("is a pointer of Git LFS");
        Files.writeString(file, "<!DOCTYPE html><html></html>");
        assertThatThrownBy(() -> TorchFile.open(file)).hasMessageContaining("is a web page and not a file of PyTorch");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> TorchFile.open(file)).hasMessageContaining("the file is probably truncated");
        assertThatThrownBy(() -> TorchFile.open(folder)).hasMessageContaining("is a directory, not a file of PyTorch");
        assertThatThrownBy(() -> TorchFile.open(folder.resolve("none"))).hasMessageContaining("not found");
    }

    @Test
    void onlySafetensorsFilesAreWritten() {
        assertThatThrownBy(() -> PickleConversion.write(path("types.pt"), Optional.empty(), folder.resolve("fox")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("types.pt is a pickle, which can only be converted to a safetensors file");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileIsRecognisedByItsContent() throws IOException {
        Path renamed = Files.copy(path("types.pt"), folder.resolve("fox.safetensors"));
        assertThat(PickleConversion.takes(renamed)).isTrue();
        assertThatThrownBy(() -> SafetensorsFile.open(renamed)).hasMessageContaining("hypersd convert");
        Path weights = folder.resolve("types.bin");
        PickleConversion.write(renamed, Optional.empty(), folder.resolve("types.safetensors"));
        Files.move(folder.resolve("types.safetensors"), weights);
        assertThat(PickleConversion.takes(weights)).isFalse();
        assertThat(PickleConversion.takes(Files.writeString(folder.resolve("a.ckpt"), "(dp0\n.")))
                .isTrue();
        assertThat(PickleConversion.takes(folder)).isFalse();
    }

    private SafetensorsFile converted(String name, Optional<Dtype> dtype) {
        Path out = folder.resolve(name + ".safetensors");
        PickleConversion.write(path(name), dtype, out);
        return SafetensorsFile.open(out);
    }

    static Path path(String name) {
        try {
            return Path.of(Objects.requireNonNull(TorchFileTest.class.getResource("/pickles/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static float[] values(WeightSource weights, String name) {
        return Tensors.toFloats(weights.find(name).orElseThrow().load());
    }

    private static float[] counting(int count) {
        return at(IntStream.range(0, count).toArray());
    }

    private static float[] at(int... values) {
        float[] floats = new float[values.length];
        List<Integer> all = Arrays.stream(values).boxed().toList();
        for (int i = 0; i < floats.length; i++) {
            floats[i] = all.get(i);
        }
        return floats;
    }
}

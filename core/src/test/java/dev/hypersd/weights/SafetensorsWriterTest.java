package dev.hypersd.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Property(tries = 200, seed = "1")
    void writtenTensorsAreReadBack(
            @ForAll("declarations") List<SafetensorsWriter.Declaration> tensors,
            @ForAll Map<String, String> metadata,
            @ForAll Random random)
            throws IOException {
        Path file = Files.createTempFile("round-trip", ".safetensors");
        try {
            List<byte[]> contents = tensors.stream().map(t -> bytes(t, random)).toList();
            try (SafetensorsWriter writer = SafetensorsWriter.create(file, tensors, metadata)) {
                List<Integer> order = new ArrayList<>();
                Collections.addAll(
                        order,
                        Stream.iterate(0, i -> i + 1).limit(tensors.size()).toArray(Integer[]::new));
                Collections.shuffle(order, random);
                order.forEach(i -> writer.write(tensors.get(i).name(), MemorySegment.ofArray(contents.get(i))));
                writer.commit();
            }
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                assertThat(read.metadata()).isEqualTo(metadata);
                assertThat(read.names()).hasSize(tensors.size());
                for (int i = 0; i < tensors.size(); i++) {
                    StoredTensor stored = read.find(tensors.get(i).name()).orElseThrow();
                    assertThat(stored.dtype()).isEqualTo(tensors.get(i).dtype());
                    assertThat(stored.shape()).isEqualTo(tensors.get(i).shape());
                    try (Tensor tensor = stored.load()) {
                        assertThat(Tensors.data(tensor).toArray(ValueLayout.JAVA_BYTE))
                                .isEqualTo(contents.get(i));
                        assertThat(Tensors.data(tensor).address()
                                        % stored.dtype().bytes())
                                .isZero();
                    }
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<List<SafetensorsWriter.Declaration>> declarations() {
        Arbitrary<String> name = Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(12)
                .filter(s -> s.chars().noneMatch(c -> Character.isSurrogate((char) c)));
        Arbitrary<long[]> shape =
                Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(4);
        return Combinators.combine(name, Arbitraries.of(Dtype.class), shape)
                .as(SafetensorsWriter.Declaration::new)
                .list()
                .ofMaxSize(8)
                .uniqueElements(SafetensorsWriter.Declaration::name);
    }

    private static byte[] bytes(SafetensorsWriter.Declaration tensor, Random random) {
        byte[] bytes =
                new byte[(int) (Shapes.count(tensor.shape()) * tensor.dtype().bytes())];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void equalTensorsMakeEqualFilesInWhateverOrderTheyCome() {
        Map<String, Tensor> tensors =
                new TreeMap<>(Map.of("a", Tensors.of(new float[] {1}, 1), "b", Tensors.of(new float[] {2, 3}, 2)));
        Path one = folder.resolve("one.safetensors");
        Path other = folder.resolve("other.safetensors");
        SafetensorsWriter.write(one, tensors, Map.of());
        SafetensorsWriter.write(other, new TreeMap<>(tensors).descendingMap(), Map.of());
        assertThat(other).hasSameBinaryContentAs(one);
    }

    @Test
    void stridedTensorsAreWrittenInRowMajorOrder() {
        Path file = folder.resolve("t.safetensors");
        Tensor transposed = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).t();
        SafetensorsWriter.write(file, Map.of("t", transposed), Map.of());
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            StoredTensor stored = read.find("t").orElseThrow();
            assertThat(stored.shape()).containsExactly(3, 2);
            assertThat(Tensors.toFloats(stored.load())).containsExactly(1, 4, 2, 5, 3, 6);
        }
    }

    @Test
    void aFileThatIsNotCommittedIsDeletedAndTheOldOneIsKept() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Files.writeString(file, "old");
        var declaration = new SafetensorsWriter.Declaration("w", Dtype.F32, 1);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, List.of(declaration), Map.of())) {
            writer.write("w", Tensors.of(new float[] {1}, 1));
        }
        assertThat(folder).isDirectoryContaining(p -> p.equals(file));
        assertThat(folder.toFile().list()).hasSize(1);
        assertThat(file).hasContent("old");
    }

    @Test
    void aFileWithATensorMissingIsNotCompleted() {
        Path file = folder.resolve("w.safetensors");
        var declarations = List.of(
                new SafetensorsWriter.Declaration("a", Dtype.F32, 1),
                new SafetensorsWriter.Declaration("b", Dtype.F32, 1));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, declarations, Map.of())) {
            writer.write("a", Tensors.of(new float[] {1}, 1));
            assertThatThrownBy(writer::commit).hasMessage("1 declared tensors were not written: b");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = folder.resolve("none/w.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of()))
                .isInstanceOf(HyperSdException.class)
                .hasMessageStartingWith(file + ": cannot be written");
    }

    @Test
    void aTensorUnlikeItsDeclarationIsRefused() {
        var declaration = new SafetensorsWriter.Declaration("w", Dtype.F16, 2, 1);
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve("w.safetensors"), List.of(declaration), Map.of())) {
            assertThatThrownBy(() -> writer.write("w", Tensors.of(new float[] {1, 2}, 2)))
                    .hasMessage("w was declared as F16 [2, 1] and is F32 [2]");
        }
    }
}

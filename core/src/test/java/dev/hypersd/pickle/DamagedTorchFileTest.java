package dev.hypersd.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of PyTorch that were cut off or changed are read or refused in a sentence, and never read beyond their end. */
class DamagedTorchFileTest {
    /** More by {@code -Dhypersd.test.mutations=100000}. */
    private static final int MUTATIONS = Integer.getInteger("hypersd.test.mutations", 300);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"layouts.pt", "layouts_older.pt"})
    void aFileCutOffAnywhereIsRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(TorchFileTest.path(name));
        Path file = folder.resolve(name);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TorchFile.open(file).close())
                    .as("%d bytes", length)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageNotContaining("\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "types.pt",
                "layouts.pt",
                "checkpoint_older.ckpt",
                "word_older.pt",
                "protocol1.pt",
                "protocol5.pt"
            })
    void aFileWithChangedBytesIsReadOrRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(TorchFileTest.path(name));
        Path file = folder.resolve(name);
        Random random = new Random(name.hashCode());
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = whole.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(whole.length);
                switch (random.nextInt(3)) {
                    case 0 -> changed[at] = (byte) random.nextInt(256);
                    case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                    default -> {
                        int from = random.nextInt(whole.length);
                        int length = Math.min(random.nextInt(32), whole.length - Math.max(at, from));
                        System.arraycopy(whole, from, changed, at, length);
                    }
                }
            }
            Files.write(file, changed);
            try (TorchFile opened = TorchFile.open(file)) {
                opened.names().forEach(tensor -> load(opened.find(tensor).orElseThrow()));
            } catch (InvalidFileException refused) {
                assertThat(refused).hasMessageStartingWith(file + ": ");
            }
        }
    }

    /** An element outside of the file would end the process. */
    private static void load(StoredTensor tensor) {
        TensorScope.released(() -> {
            assertThat(Tensors.data(tensor.load().contiguous()).byteSize())
                    .isEqualTo(Shapes.count(tensor.shape()) * tensor.dtype().bytes());
            return tensor;
        });
    }
}

package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MappedPagesTest {
    private static final long LARGE = 64L << 20;

    @TempDir
    Path folder;

    /** Changes in place live in this process's pages only, so that they show which pages it still holds. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aLargeFileComesBackAsItIsOnDisk() throws IOException {
        assertThat(afterChangeAndGivingBack(LARGE)).isZero();
    }

    @Test
    void aSmallFileKeepsItsPages() throws IOException {
        assertThat(afterChangeAndGivingBack(LARGE - 1)).isEqualTo(7);
    }

    private int afterChangeAndGivingBack(long bytes) throws IOException {
        Path file = folder.resolve("zeros");
        try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
            zeros.setLength(bytes);
        }
        return Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Tensor mapped = arena.own(Tensors.map(file, bytes));
                Tensor inTheMiddle = arena.own(mapped.narrow(0, bytes / 2, 1));
                inTheMiddle.fill_(new Scalar(7));
                MappedPages.evict(mapped);
                return inTheMiddle.item_byte() & 0xff;
            }
        });
    }
}

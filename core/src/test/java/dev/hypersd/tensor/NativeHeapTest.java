package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NativeHeapTest {
    private static final int TENSORS = 3000;
    private static final long MIB = 1 << 20;

    /** Every hundredth tensor stays, so that the C library cannot shorten its heap by itself. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whatWasFreedIsGivenBackToTheSystem() {
        Engine.infer(() -> {
            List<Tensor> tensors = new ArrayList<>();
            NativeHeap.trim(); // What other tests have freed would hold the tensors otherwise.
            long before = resident();
            for (int i = 0; i < TENSORS; i++) {
                tensors.add(Tensors.empty(16_000).fill_(new Scalar(1.0)));
            }
            long during = resident();
            for (int i = 0; i < TENSORS; i++) {
                if (i % 100 != 0) {
                    tensors.get(i).close();
                }
            }
            NativeHeap.trim();
            long after = resident();
            assertThat(during - before).as("bytes while they are in use").isGreaterThan(150 * MIB);
            assertThat(after - before).as("bytes when they are freed").isLessThan(60 * MIB);
            return tensors.size();
        });
    }

    /** Returns the anonymous memory of this process in bytes. */
    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}

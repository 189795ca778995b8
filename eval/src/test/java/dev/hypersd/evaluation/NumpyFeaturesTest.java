package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.metric.FeatureStatistics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumpyFeaturesTest {
    private static final int WIDTH = 2048;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("reference.npz");
    }

    @Test
    void storedStatisticsAreTakenAsTheyAre() throws IOException {
        write(Map.of("mu", new long[] {WIDTH}, "sigma", new long[] {WIDTH, WIDTH}));
        ReferenceFeatures reference = NumpyFeatures.read(file);
        assertThat(reference.features()).isEmpty();
        FeatureStatistics statistics = reference.statistics().orElseThrow();
        assertThat(statistics.dimension()).isEqualTo(WIDTH);
        assertThat(statistics.mean()).startsWith(0, 1, 2);
        assertThat(statistics.covariance()).hasSize(WIDTH * WIDTH).endsWith(WIDTH * WIDTH - 1.0);
    }

    @Test
    void storedFeaturesGiveMoreThanStatistics() throws IOException {
        write(Map.of("feats", new long[] {3, WIDTH}));
        ReferenceFeatures reference = NumpyFeatures.read(file);
        assertThat(reference.statistics()).isEmpty();
        assertThat(reference.features().get(FeatureKind.INCEPTION))
                .hasSize(3)
                .satisfies(rows -> assertThat(rows.get(1)).hasSize(WIDTH).startsWith(WIDTH, WIDTH + 1F));
    }

    @Test
    void featuresOfAnotherNetworkAreRefused() throws IOException {
        write(Map.of("mu", new long[] {768}, "sigma", new long[] {768, 768}));
        assertRefused("has mu of shape [768] and sigma of shape [768, 768], not those of Inception's 2048 features");
        write(Map.of("feats", new long[] {1, WIDTH}));
        assertRefused("has feats of shape [1, 2048], not 2048 features of at least 2 pictures");
        write(Map.of("mu", new long[] {WIDTH}));
        assertRefused("has neither mu and sigma nor feats");
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> NumpyFeatures.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(file + ": " + reason);
    }

    /** Writes arrays of these shapes that count from 0. */
    private void write(Map<String, long[]> shapes) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(1);
            for (Map.Entry<String, long[]> entry : new LinkedHashMap<>(shapes).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
                zip.write(array(entry.getValue()));
            }
        }
    }

    private static byte[] array(long... shape) {
        String sides = shape.length == 1 ? shape[0] + "," : shape[0] + ", " + shape[1];
        byte[] header = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }"
                .formatted(sides)
                .getBytes(StandardCharsets.US_ASCII);
        int count = (int) (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
        ByteBuffer all = ByteBuffer.allocate(10 + header.length + 8 * count).order(ByteOrder.LITTLE_ENDIAN);
        all.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length)
                .put(header);
        for (int i = 0; i < count; i++) {
            all.putDouble(i);
        }
        return all.array();
    }
}

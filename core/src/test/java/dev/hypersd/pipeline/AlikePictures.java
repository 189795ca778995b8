package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import java.util.stream.IntStream;

/** Pictures drawn with the same weights from different files, or alone and in one batch with others. */
final class AlikePictures {
    private AlikePictures() {}

    /**
     * Weights that lie elsewhere in memory, and batches of another size, are multiplied in another order: a rounding
     * apart.
     */
    static void assertAlike(Image got, Image expected) {
        byte[] a = got.rgb();
        byte[] b = expected.rgb();
        assertThat(a).hasSameSizeAs(b);
        int most = IntStream.range(0, a.length)
                .map(i -> Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)))
                .max()
                .orElseThrow();
        assertThat(most).isLessThanOrEqualTo(1);
    }
}

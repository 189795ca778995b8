package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import java.nio.file.Path;

/** Compares images. */
final class ImageAssertions {
    /** In steps of 8-bit values: kernels add numbers in another order for another batch size. */
    private static final int ROUNDING = 2;

    private ImageAssertions() {}

    static void assertAlike(byte[] actual, byte[] expected) {
        byte[] a = Image.decode(Path.of("actual"), actual).rgb();
        byte[] b = Image.decode(Path.of("expected"), expected).rgb();
        assertThat(a).hasSameSizeAs(b);
        int most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
        }
        assertThat(most).as("the largest difference of two values").isLessThanOrEqualTo(ROUNDING);
    }
}

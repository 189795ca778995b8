package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import java.util.Optional;
import java.util.Random;

/** Small pictures, each another. */
final class TestPictures {
    private TestPictures() {}

    static Image picture(int seed) {
        byte[] rgb = new byte[3 * 12 * 10];
        new Random(seed).nextBytes(rgb);
        return new Image(12, 10, rgb);
    }

    static byte[] png(int seed) {
        return new Png().encode(picture(seed), Optional.empty());
    }
}

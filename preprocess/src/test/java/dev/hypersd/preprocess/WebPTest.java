package dev.hypersd.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.WebP;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that are written as WebP are read back unchanged by another decoder, that of OpenCV. */
class WebPTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "5,1", "64,48", "513,3", "600,530"})
    void noiseComesBackAsItWas(int width, int height) {
        Random random = new Random(width);
        byte[] rgb = new byte[3 * width * height];
        random.nextBytes(rgb);
        assertReadBack(new Image(width, height, rgb));
    }

    @Test
    void picturesOfOneColourAndSlopesComeBackAsTheyWere() {
        assertReadBack(new Image(20, 20, new byte[1200]));
        byte[] slope = new byte[3 * 256 * 256];
        for (int i = 0; i < slope.length; i++) {
            int pixel = i / 3;
            slope[i] = (byte) (i % 3 == 0 ? pixel % 256 : i % 3 == 1 ? pixel / 256 : (pixel % 256 + pixel / 256) / 2);
        }
        Image picture = new Image(256, 256, slope);
        assertReadBack(picture);
        assertThat(new WebP().encode(picture, Optional.empty()).length).isLessThan(slope.length / 4);
    }

    /** Counts like those of Fibonacci make the longest codes. */
    @Test
    void codesOfRareValuesStayShortEnough() {
        byte[] rgb = new byte[3 * 400 * 400];
        int at = 0;
        long count = 1;
        long before = 1;
        for (int value = 0; value < 24 && at < 400 * 400; value++) {
            for (long i = 0; i < count && at < 400 * 400; i++, at++) {
                rgb[3 * at + 1] = (byte) (value * 7);
            }
            long next = count + before;
            before = count;
            count = next;
        }
        assertReadBack(new Image(400, 400, rgb));
    }

    @Test
    void howItWasMadeIsReadFromIt() {
        Path file = folder.resolve("a.webp");
        GenerationParameters parameters = GenerationParameters.of("a cat \u732b", "blurry")
                .with("Steps", 4)
                .with("Seed", 7)
                .with("Size", "8x8");
        Image picture = new Image(8, 8, new byte[192]);
        picture.write(file, parameters);
        assertThat(GenerationParameters.read(file)).contains(parameters);
        assertThat(decoded(file)).isEqualTo(picture);
    }

    @Test
    void damagedFilesSayNothingAndDoNoHarm() throws Exception {
        Path file = folder.resolve("a.webp");
        new Image(8, 8, new byte[192])
                .write(file, GenerationParameters.of("a", "").with("Steps", 1));
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            GenerationParameters.read(file);
        }
        whole[16] = (byte) 0xFF;
        whole[19] = (byte) 0xFF;
        Files.write(file, whole);
        assertThat(GenerationParameters.read(file)).isEmpty();
    }

    @Test
    void picturesBeyondTheFormatAreRefused() {
        Image wide = new Image(16385, 1, new byte[3 * 16385]);
        assertThatThrownBy(() -> new WebP().encode(wide, Optional.empty()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "picture of 16385x1 is too large for WebP, whose sides are at most 16384 pixels; write a PNG");
    }

    /** OpenCV decodes by libwebp, which is the reference of the format. */
    @ParameterizedTest
    @ValueSource(ints = {5, 50, 95})
    void lossyFilesAreReadAsTheReferenceReadsThem(int quality) {
        byte[] rgb = new byte[3 * 203 * 149];
        Random random = new Random(quality);
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % 203;
            int y = i / 3 / 203;
            rgb[i] = (byte) (x * (1 + i % 3) + y + random.nextInt(40));
        }
        Path file = folder.resolve("lossy.webp");
        try (PointerScope scope = new PointerScope()) {
            Mat picture = new Mat(149, 203, opencv_core.CV_8UC3, new BytePointer(rgb));
            IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality);
            assertThat(opencv_imgcodecs.imwrite(file.toString(), picture, options))
                    .isTrue();
        }
        assertThat(Image.read(file)).isEqualTo(decoded(file));
    }

    private void assertReadBack(Image picture) {
        Path file = folder.resolve("picture.webp");
        picture.write(file);
        assertThat(decoded(file)).isEqualTo(picture);
    }

    private static Image decoded(Path file) {
        try (PointerScope scope = new PointerScope()) {
            Mat bgr = opencv_imgcodecs.imread(file.toString());
            Mat rgb = new Mat();
            opencv_imgproc.cvtColor(bgr, rgb, opencv_imgproc.COLOR_BGR2RGB);
            byte[] bytes = new byte[3 * rgb.rows() * rgb.cols()];
            new BytePointer(rgb.data()).get(bytes);
            return new Image(rgb.cols(), rgb.rows(), bytes);
        }
    }
}

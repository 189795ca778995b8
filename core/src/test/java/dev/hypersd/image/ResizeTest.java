package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
    /**
     * Checksums of what Pillow 12.3 makes of the same pattern:
     * {@code Image.fromarray(pattern).resize((w, h), filter).tobytes()}.
     */
    @ParameterizedTest
    @CsvSource({
        "BICUBIC, 7, 5, 3, 2, aba302a4",
        "LANCZOS, 7, 5, 3, 2, f3e42631",
        "BICUBIC, 3, 2, 5, 4, abf6e0ca",
        "LANCZOS, 3, 2, 5, 4, 87df7866",
        "BICUBIC, 11, 7, 5, 9, 53af533e",
        "LANCZOS, 11, 7, 5, 9, 91dc766f",
        "BICUBIC, 64, 48, 17, 40, f3479b71",
        "LANCZOS, 64, 48, 17, 40, 92e9a1c8",
        "BICUBIC, 200, 120, 96, 64, 6ca991e4",
        "LANCZOS, 200, 120, 96, 64, cf8ee41f",
        "BICUBIC, 100, 75, 224, 224, 217b9e8d",
        "LANCZOS, 100, 75, 224, 224, 82d11189",
        "BICUBIC, 16, 16, 16, 5, b7459623",
        "LANCZOS, 16, 16, 16, 5, 76232110",
        "BICUBIC, 1, 1, 4, 3, 92f9d93a",
        "BICUBIC, 640, 480, 64, 48, 8a9564cb",
        "LANCZOS, 640, 480, 64, 48, 1616f4b3"
    })
    void resizesToTheLastBitAsPillowDoes(
            Resampling filter, int width, int height, int newWidth, int newHeight, String checksum) {
        CRC32 check = new CRC32();
        check.update(pattern(width, height).resize(newWidth, newHeight, filter).rgb());
        assertThat("%08x".formatted(check.getValue())).isEqualTo(checksum);
    }

    @Test
    void aSmallExampleInFull() {
        byte[] rgb = pattern(7, 5).resize(3, 2, Resampling.BICUBIC).rgb();
        assertThat(HexFormat.of().formatHex(rgb)).isEqualTo("589e7e8883718376899d6d797c786d768f7b");
    }

    @Property(tries = 100)
    void anEvenPictureStaysEven(
            @ForAll Resampling filter,
            @ForAll @IntRange(min = 1, max = 40) int from,
            @ForAll @IntRange(min = 1, max = 40) int to,
            @ForAll byte grey) {
        byte[] rgb = new byte[3 * from * from];
        Arrays.fill(rgb, grey);
        assertThat(new Image(from, from, rgb).resize(to, to, filter).rgb()).containsOnly(grey);
    }

    @Property(tries = 50)
    void theSameSizeIsTheSamePicture(
            @ForAll Resampling filter,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 20) int height) {
        Image image = pattern(width, height);
        assertThat(image.resize(width, height, filter)).isEqualTo(image);
    }

    @Test
    void noSizeBelowOnePixel() {
        assertThatThrownBy(() -> pattern(2, 2).resize(0, 2, Resampling.LANCZOS))
                .hasMessage("a picture has at least one pixel, not 0x2");
    }

    private static Image pattern(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (y * width + x) + c] = (byte) (x * 37 + y * 59 + c * 83 + x * y * 7);
                }
            }
        }
        return new Image(width, height, rgb);
    }
}

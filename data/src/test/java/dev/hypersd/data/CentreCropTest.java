package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CentreCropTest {
    @Test
    void aSquareOfTheSizeStaysAsItIs() {
        assertThat(CentreCrop.of(columns(8, 8), 8)).isEqualTo(columns(8, 8));
    }

    @Test
    void theMiddleIsCutOutUnchangedWhereTheShorterSideHasTheSize() {
        assertThat(CentreCrop.of(columns(9, 4), 4)).isEqualTo(columns(9, 4).crop(2, 0, 4, 4));
        assertThat(CentreCrop.of(columns(4, 9), 4)).isEqualTo(columns(4, 9).crop(0, 2, 4, 4));
    }

    @Test
    void theShorterSideIsResizedToTheSize() {
        assertThat(CentreCrop.of(columns(20, 10), 5))
                .isEqualTo(columns(20, 10).crop(5, 0, 10, 10).resize(5, 5, Resampling.LANCZOS));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4000", "4000, 1", "63, 64"})
    void everyShapeBecomesASquare(int width, int height) {
        assertThat(CentreCrop.of(columns(width, height), 32)).hasToString("picture of 32x32");
    }

    /** A picture whose columns differ. */
    private static Image columns(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % width * 20 + i / 3 / width);
        }
        return new Image(width, height, rgb);
    }
}

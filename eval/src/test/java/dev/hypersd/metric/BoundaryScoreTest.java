package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.Image;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BoundaryScoreTest {
    private static final int SIZE = 128;

    @Test
    void linesOnePixelApartAgreeAndTwoPixelsApartDoNot() {
        assertThat(BoundaryScore.between(columns(40), columns(41)).f1()).isEqualTo(1);
        assertThat(BoundaryScore.between(columns(40), columns(42)).f1()).isZero();
    }

    @Test
    void superfluousLinesLowerPrecisionAndMissingOnesRecall() {
        BoundaryScore more = BoundaryScore.between(columns(40), columns(40, 90));
        assertThat(more).isEqualTo(new BoundaryScore(0.5, 1));
        assertThat(BoundaryScore.between(columns(40, 90), columns(40))).isEqualTo(new BoundaryScore(1, 0.5));
        assertThat(more.f1()).isCloseTo(2.0 / 3, Offset.offset(1e-12));
    }

    @Test
    void picturesWithoutLinesMatchOnlyEachOther() {
        assertThat(BoundaryScore.between(columns(), columns()).f1()).isEqualTo(1);
        assertThat(BoundaryScore.between(columns(40), columns()).f1()).isZero();
    }

    @Test
    void picturesOfTwoSizesAreRefused() {
        Image other = new Image(8, 8, new byte[3 * 64]);
        assertThatThrownBy(() -> BoundaryScore.between(columns(1), other)).hasMessageContaining("128x128 and 8x8");
    }

    /** White columns on black. */
    private static Image columns(int... at) {
        byte[] rgb = new byte[3 * SIZE * SIZE];
        for (int x : at) {
            for (int y = 0; y < SIZE; y++) {
                Arrays.fill(rgb, 3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3, (byte) 0xFF);
            }
        }
        return new Image(SIZE, SIZE, rgb);
    }
}

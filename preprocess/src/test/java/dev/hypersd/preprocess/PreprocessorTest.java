package dev.hypersd.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Control pictures of simple pictures, for which the right result is obvious. */
class PreprocessorTest {
    private static final int SIDE = 32;

    /** A grey square from 8 to 23 on black. */
    private static final Image SQUARE = picture((x, y) -> inside(x, y) ? 160 : 0);

    private static boolean inside(int x, int y) {
        return x >= 8 && x < 24 && y >= 8 && y < 24;
    }

    @Test
    void theEdgesOfASquareAreOnePixelWideAndLieOnItsOutline() {
        Image edges = Preprocessor.CANNY.apply(SQUARE);
        int white = 0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                if (isWhite(edges, x, y)) {
                    white++;
                    boolean onOutline = x >= 7 && x <= 24 && y >= 7 && y <= 24 && !(x > 9 && x < 22 && y > 9 && y < 22);
                    assertThat(onOutline).as("%d, %d", x, y).isTrue();
                }
            }
        }
        // Four sides of 16 pixels, some of the corners rounded off.
        assertThat(white).isBetween(4 * 13, 4 * 17);
    }

    @Test
    void aFaintEdgeIsFoundByLowThresholdsOnly() {
        Image faint = picture((x, y) -> x < 16 ? 100 : 110);
        assertThat(Edges.canny(faint, 10, 20)).isNotEqualTo(picture((x, y) -> 0));
        assertThat(Edges.canny(faint, 100, 200)).isEqualTo(picture((x, y) -> 0));
        assertThatThrownBy(() -> Edges.canny(faint, 200, 100))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not 200.0 and 100.0");
    }

    @Test
    void edgesBetweenColoursOfTheSameBrightnessAreFound() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            rgb[3 * i + (i % SIDE < 16 ? 0 : 2)] = (byte) 200;
        }
        assertThat(Preprocessor.CANNY.apply(new Image(SIDE, SIDE, rgb))).isNotEqualTo(picture((x, y) -> 0));
    }

    @Test
    void aDarkStrokeBecomesAWhiteOne() {
        Image stroke = picture((x, y) -> x == 16 || x == 17 ? 20 : 240);
        Image drawing = Preprocessor.DRAWING.apply(stroke);
        assertThat(drawing).isEqualTo(picture((x, y) -> x == 16 || x == 17 ? 255 : 0));
        Image sketch = Preprocessor.SCRIBBLE.apply(stroke);
        assertThat(isWhite(sketch, 16, 10)).isTrue();
        assertThat(isWhite(sketch, 2, 10)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Preprocessor.class)
    void aPlainLightPictureHasNoLines(Preprocessor preprocessor) {
        assertThat(preprocessor.apply(picture((x, y) -> 200))).isEqualTo(picture((x, y) -> 0));
    }

    private static boolean isWhite(Image image, int x, int y) {
        return image.rgb()[3 * (y * SIDE + x)] == (byte) 0xFF;
    }

    private static Image picture(IntBinaryOperator grey) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) grey.applyAsInt(i % SIDE, i / SIDE));
        }
        return new Image(SIDE, SIDE, rgb);
    }
}

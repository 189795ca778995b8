package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.request.Size;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CentreCropTest {
    @Test
    void aSquareOfTheSizeStaysAsItIs() {
        assertThat(square(columns(8, 8), 8)).isEqualTo(new CaptionedImage(columns(8, 8), "a"));
    }

    @Test
    void theMiddleIsCutOutUnchangedWhereTheShorterSideHasTheSize() {
        assertThat(square(columns(13, 8), 8).image()).isEqualTo(columns(13, 8).crop(2, 0, 8, 8));
        assertThat(square(columns(8, 13), 8).image()).isEqualTo(columns(8, 13).crop(0, 2, 8, 8));
    }

    @Test
    void theShorterSideIsResizedToTheSize() {
        assertThat(square(columns(32, 16), 8).image())
                .isEqualTo(columns(32, 16).crop(8, 0, 16, 16).resize(8, 8, Resampling.LANCZOS));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4000", "4000, 1", "63, 64"})
    void everyShapeBecomesASquare(int width, int height) {
        assertThat(square(columns(width, height), 32).image()).hasToString("picture of 32x32");
    }

    @Test
    void theFramingSaysWhatIsCutOffOfTheResizedPicture() {
        assertThat(square(columns(100, 48), 24).framing()).isEqualTo(new Framing(48, 100, 0, 13, 24, 24));
        assertThat(CentreCrop.of(new CaptionedImage(columns(40, 100), "a"), new Size(16, 32))
                        .framing())
                .isEqualTo(new Framing(100, 40, 4, 0, 32, 16));
    }

    @Property
    void whatIsLeftIsAsLargeAsCanBeAndInTheMiddle(
            @ForAll @IntRange(min = 1, max = 300) int width,
            @ForAll @IntRange(min = 1, max = 300) int height,
            @ForAll @IntRange(min = 1, max = 9) int columns,
            @ForAll @IntRange(min = 1, max = 9) int rows) {
        Size size = new Size(8 * columns, 8 * rows);
        CaptionedImage sample = CentreCrop.of(new CaptionedImage(columns(width, height), "a"), size);
        Framing framing = sample.framing();

        assertThat(sample.image()).hasToString("picture of " + size);
        double scale = Math.max((double) size.width() / width, (double) size.height() / height);
        assertThat(framing.cropLeft()).isBetween(0, (int) Math.round(width * scale) - size.width());
        assertThat(framing.cropTop()).isBetween(0, (int) Math.round(height * scale) - size.height());
        assertThat(Math.min(framing.cropLeft(), framing.cropTop())).isZero();
        // As much is cut off at either end, up to two pixels of the picture, because only whole ones are cut off and
        // one
        // stays, and up to one and a half pixels of the result, because three numbers are rounded there.
        int tolerance = (int) (2 * scale + 1.5);
        assertThat(sample.mirrored().framing().cropLeft())
                .isBetween(framing.cropLeft() - tolerance, framing.cropLeft() + tolerance);
        assertThat(sample.mirrored().mirrored()).isEqualTo(sample);
    }

    private static CaptionedImage square(Image image, int side) {
        return CentreCrop.of(new CaptionedImage(image, "a"), Buckets.square(side));
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

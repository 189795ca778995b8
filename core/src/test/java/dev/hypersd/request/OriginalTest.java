package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Pictures to go on from, and how they grow. */
class OriginalTest {
    @Test
    void aMaskOfAnotherSizeIsRefusedWithBothSizes() {
        assertThatThrownBy(() -> Original.masked(plain(64, 48), plain(64, 64)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the mask is 64x64 and the picture 64x48: they must be of one size");
    }

    @Test
    void outpaintingKeepsThePictureContinuesItsEdgesAndMasksTheNewArea() {
        Image small = new Image(2, 1, new byte[] {10, 20, 30, 40, 50, 60});
        Original grown = Original.extended(small, 1, 0, 0, 1);
        assertThat(grown.picture())
                .isEqualTo(new Image(
                        3, 2, new byte[] {10, 20, 30, 10, 20, 30, 40, 50, 60, 10, 20, 30, 10, 20, 30, 40, 50, 60}));
        byte[] mask = new byte[18];
        Arrays.fill(mask, (byte) 0xFF);
        Arrays.fill(mask, 3, 9, (byte) 0);
        assertThat(grown.mask()).contains(new Image(3, 2, mask));
    }

    @Test
    void extendingByZeroOrNegativePixelsIsRefused() {
        assertThatThrownBy(() -> Original.extended(plain(8, 8), 0, 0, 0, 0))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> Original.extended(plain(8, 8), 8, 0, -8, 0))
                .hasMessageContaining("not by 8, 0, -8 and 0");
    }

    @Test
    void withoutASizeOfItsOwnARequestTakesThatOfItsPictureRoundedDown() {
        assertThat(ImageRequest.of("")
                        .original(Original.of(plain(70, 64)))
                        .build()
                        .pictureSize())
                .contains(new Size(64, 64));
        assertThat(ImageRequest.of("")
                        .control(Control.of(Path.of("net"), plain(72, 64)))
                        .build()
                        .pictureSize())
                .contains(new Size(72, 64));
    }

    @Test
    void aControlNetIsActiveInStepsThatLieCompletelyWithinItsFractions() {
        Control middle = Control.of(Path.of("net"), plain(8, 8)).during(0.25, 0.75);
        assertThat(new boolean[] {
                    middle.isActive(0, 4), middle.isActive(1, 4), middle.isActive(2, 4), middle.isActive(3, 4)
                })
                .containsExactly(false, true, true, false);
        assertThat(middle.isActive(0, 1)).isFalse();
        assertThatThrownBy(() -> middle.during(0.5, 0.5))
                .hasMessage("ControlNet net must be active in a part of the steps, from 0 to 1, not from 0.5 to 0.5");
    }

    private static Image plain(int width, int height) {
        return new Image(width, height, new byte[3 * width * height]);
    }
}

package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import org.junit.jupiter.api.Test;

/** Masks grow and shrink as nodes of ComfyUI do it, in squares. */
class ComfyMasksTest {
    @Test
    void aMaskGrowsToAllSidesAndNotBeyondTheImage() {
        assertThat(text(ComfyMasks.grown(mask("....", "#...", "....", "...."), 1)))
                .isEqualTo("##.. ##.. ##.. ....");
        assertThat(text(ComfyMasks.grown(mask("....", "..#.", "....", "...."), Integer.MAX_VALUE)))
                .isEqualTo("#### #### #### ####");
        assertThat(text(ComfyMasks.grown(mask("....", "...."), 3))).isEqualTo(".... ....");
    }

    @Test
    void aMaskShrinksByANegativeNumberExceptAtTheEdgeOfTheImage() {
        assertThat(text(ComfyMasks.grown(mask("###.", "###.", "###.", "...."), -1)))
                .isEqualTo("##.. ##.. .... ....");
        assertThat(text(ComfyMasks.grown(mask("##", "##"), 0))).isEqualTo("## ##");
    }

    @Test
    void aThresholdIsExceededAndNotReached() {
        Image grey = new Image(2, 1, new byte[] {51, 51, 51, 52, 52, 52});
        assertThat(text(ComfyMasks.above(grey, 0.2))).isEqualTo(".#");
        assertThat(text(ComfyMasks.above(grey, 0))).isEqualTo("##");
    }

    private static Image mask(String... rows) {
        byte[] rgb = new byte[3 * rows.length * rows[0].length()];
        String all = String.join("", rows);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (all.charAt(i / 3) == '#' ? 0xFF : 0);
        }
        return new Image(rows[0].length(), rows.length, rgb);
    }

    private static String text(Image mask) {
        StringBuilder text = new StringBuilder();
        byte[] rgb = mask.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            text.append(i > 0 && i / 3 % mask.width() == 0 ? " " : "").append(rgb[i] == 0 ? '.' : '#');
        }
        return text.toString();
    }
}

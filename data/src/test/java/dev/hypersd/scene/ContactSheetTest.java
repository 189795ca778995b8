package dev.hypersd.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.Image;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
    private static final Image RED = plain(0xE0);
    private static final Image BLACK = plain(0);

    @Test
    void picturesStandInAGridRowByRow() {
        Image sheet = ContactSheet.of(List.of(entry(RED, ""), entry(RED, ""), entry(BLACK, "")), 2);
        assertThat(sheet.width()).isEqualTo(10 + 2 * (40 + 10));
        assertThat(sheet.height()).isEqualTo(10 + 2 * (20 + 10));
        assertThat(red(sheet, 10, 10)).isEqualTo(0xE0);
        assertThat(red(sheet, 60, 29)).isEqualTo(0xE0);
        assertThat(red(sheet, 10, 40)).isZero();
        assertThat(red(sheet, 60, 40)).isEqualTo(0xFF);
    }

    @Test
    void textsAreWrappedAndNeverCut() {
        Image one = ContactSheet.of(List.of(entry(RED, "cat")), 1);
        Image many = ContactSheet.of(List.of(entry(RED, "umbrella umbrella umbrella umbrella umbrella")), 1);
        assertThat(one.height()).isEqualTo(10 + 20 + 10 + 14);
        assertThat(many.height()).isEqualTo(10 + 20 + 10 + 5 * 14);
        assertThat(many.width()).isEqualTo(one.width());
    }

    @Test
    void everyRowIsAsHighAsItsTexts() {
        Image sheet = ContactSheet.of(List.of(entry(RED, "umbrella umbrella"), entry(BLACK, "")), 1);
        assertThat(red(sheet, 10, 10 + 20 + 2 * 14 + 10)).isZero();
        assertThat(sheet.height()).isEqualTo(10 + 20 + 2 * 14 + 10 + 20 + 10);
    }

    @Test
    void aSheetWithoutPicturesIsRefused() {
        assertThatThrownBy(() -> ContactSheet.of(Collections.emptyList(), 3))
                .hasMessage("a contact sheet has pictures and columns, not 0 and 3");
        assertThatThrownBy(() -> ContactSheet.of(List.of(entry(RED, "")), 0))
                .hasMessage("a contact sheet has pictures and columns, not 1 and 0");
    }

    private static ContactSheet.Entry entry(Image image, String text) {
        return new ContactSheet.Entry(image, text);
    }

    private static Image plain(int red) {
        byte[] rgb = new byte[3 * 40 * 20];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
        }
        return new Image(40, 20, rgb);
    }

    private static int red(Image image, int x, int y) {
        return image.rgb()[3 * (y * image.width() + x)] & 0xFF;
    }
}

package dev.hypersd.degradation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import dev.hypersd.image.Image;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OwnPairsTest {
    @Property(tries = 50, seed = "1")
    void thePictureIsBetterThanItsDegradationAndItsCaptionThanThatOfAnother(@ForAll long seed) {
        OwnPairs pairs = new OwnPairs(pictures("a cat", "a cat", "a dog"), seed);

        PreferencePair pair = pairs.get(0);

        assertThat(pair.image()).isEqualTo(picture(0));
        assertThat(pair.caption()).isEqualTo("a cat");
        assertThat(pair.degraded()).isNotEqualTo(picture(0)).hasToString("picture of 16x16");
        assertThat(pair.wrong()).isEqualTo("a dog");
        assertThat(new OwnPairs(pairs.samples(), seed).get(0)).isEqualTo(pair);
    }

    @Test
    void whereAllCaptionsAreEqualTheWrongOneIsNoOther() {
        assertThat(new OwnPairs(pictures("a cat", "a cat"), 1).get(1).wrong()).isEqualTo("a cat");
    }

    private static Dataset<CaptionedImage> pictures(String... captions) {
        List<String> all = List.of(captions);
        return new Dataset<>() {
            @Override
            public long size() {
                return all.size();
            }

            @Override
            public CaptionedImage get(long index) {
                return new CaptionedImage(picture((int) index), all.get((int) index));
            }
        };
    }

    /** A picture of stripes that all degradations change. */
    private static Image picture(int number) {
        byte[] rgb = new byte[3 * 16 * 16];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((i / 7 % 2 == 0 ? 40 : 200) + 10 * number + i % 13);
        }
        return new Image(16, 16, rgb);
    }
}

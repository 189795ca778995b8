package dev.hypersd.scene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.image.Image;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Mask;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Style;
import dev.hypersd.scene.drawing.Painter;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MaskTest {
    private static final int PIXELS = 96;

    @Property(tries = 150, seed = "3")
    void masksAreDisjointAndEveryObjectShows(@ForAll @IntRange(max = 1_000_000) int index) {
        Sample sample = new Scenes(Split.TEST, 1_000_001, PIXELS, Optional.empty(), 0).get(index);
        assertThat(sample.masks()).hasSize(sample.scene().objects()).hasSameSizeAs(sample.objects());
        BitSet covered = new BitSet();
        for (int i = 0; i < sample.masks().size(); i++) {
            Mask mask = sample.masks().get(i);
            PlacedObject object = sample.objects().get(i);
            assertThat(mask.kind()).isEqualTo(object.kind());
            assertThat(mask.pixels().intersects(covered)).isFalse();
            covered.or(mask.pixels());
            assertThat(covered.length()).isLessThanOrEqualTo(PIXELS * PIXELS);
            double square = Math.pow(object.extent() * PIXELS, 2);
            assertThat(mask.pixels().cardinality() / square)
                    .as(sample.caption().text())
                    .isBetween(0.13, 0.95);
        }
    }

    @Property(tries = 150, seed = "4")
    void objectsAreWhollyInsideThePicture(@ForAll @IntRange(max = 1_000_000) int index) {
        Sample sample = new Scenes(Split.TRAIN, 1_000_001, PIXELS, Optional.empty(), 0).get(index);
        for (Mask mask : sample.masks()) {
            mask.pixels().stream().forEach(pixel -> {
                assertThat(pixel % PIXELS).isBetween(1, PIXELS - 2);
                assertThat(pixel / PIXELS).isBetween(1, PIXELS - 2);
            });
        }
    }

    /** Painted with and without an object, pictures differ where the mask says it is. */
    @ParameterizedTest
    @EnumSource
    void aMaskMarksWhereTheObjectIsPainted(Style style) {
        for (Kind kind : Kind.values()) {
            PlacedObject object = PlacedObject.upright(kind, Colour.BLUE, 0.45, 0.55, 0.6);
            Image empty = Painter.paint(Background.SAND, style, List.of(), PIXELS, new SeededRandom(5))
                    .image();
            var painting = Painter.paint(Background.SAND, style, List.of(object), PIXELS, new SeededRandom(5));
            BitSet mask = painting.masks().getFirst().pixels();
            byte[] before = empty.rgb();
            byte[] after = painting.image().rgb();
            long changed = mask.stream()
                    .filter(pixel -> distance(before, after, pixel) > 20)
                    .count();
            assertThat(changed / (double) mask.cardinality())
                    .as(kind + " in " + style)
                    .isGreaterThan(0.9);
        }
    }

    private static int distance(byte[] one, byte[] other, int pixel) {
        int sum = 0;
        for (int channel = 0; channel < 3; channel++) {
            sum += Math.abs((one[3 * pixel + channel] & 0xFF) - (other[3 * pixel + channel] & 0xFF));
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void objectsInFrontHideObjectsBehindThem(Kind kind) {
        PlacedObject back = PlacedObject.upright(Kind.HEART, Colour.RED, 0.5, 0.5, 0.8);
        PlacedObject front = PlacedObject.upright(kind, Colour.BLUE, 0.5, 0.5, 0.4);
        BitSet alone = mask(List.of(back), 0);
        BitSet behind = mask(List.of(back, front), 0);
        BitSet hiding = mask(List.of(back, front), 1);
        assertThat(hiding).isEqualTo(mask(List.of(front), 0));
        alone.andNot(hiding);
        assertThat(behind).isEqualTo(alone);
    }

    private static BitSet mask(List<PlacedObject> objects, int which) {
        return Painter.paint(Background.MOSS, Style.FLAT, objects, PIXELS, new SeededRandom(0))
                .masks()
                .get(which)
                .pixels();
    }
}

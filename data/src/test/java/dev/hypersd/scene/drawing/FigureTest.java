package dev.hypersd.scene.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Style;
import java.awt.geom.Area;
import java.awt.geom.Rectangle2D;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FigureTest {
    private static final int PIXELS = 64;

    @ParameterizedTest
    @EnumSource
    void figuresFillTheirSquare(Kind kind) {
        for (boolean mirrored : new boolean[] {false, true}) {
            Rectangle2D box = Figure.of(kind, mirrored).silhouette().getBounds2D();
            assertThat(new Rectangle2D.Double(-.52, -.52, 1.04, 1.04).contains(box))
                    .as(box.toString())
                    .isTrue();
            assertThat(Math.max(box.getWidth(), box.getHeight())).isGreaterThan(.85);
        }
    }

    @ParameterizedTest
    @EnumSource
    void mostOfAFigureShowsItsColour(Kind kind) {
        Figure figure = Figure.of(kind, false);
        Area own = new Area();
        for (Layer layer : figure.layers()) {
            if (layer.tone().own()) {
                own.add(new Area(layer.shape()));
            } else {
                own.subtract(new Area(layer.shape()));
            }
        }
        double part = (double) pixels(own).cardinality()
                / pixels(new Area(figure.silhouette())).cardinality();
        assertThat(part).isGreaterThan(.5);
    }

    /** By the part of both silhouettes that they share. */
    @Test
    void noTwoSilhouettesAreAlike() {
        for (Kind one : Kind.values()) {
            for (Kind other : Kind.values()) {
                if (one != other) {
                    BitSet common = mask(one);
                    BitSet both = mask(one);
                    common.and(mask(other));
                    both.or(mask(other));
                    assertThat((double) common.cardinality() / both.cardinality())
                            .as(one + " and " + other)
                            .isLessThan(.87);
                }
            }
        }
    }

    /** The pixels of every object are far from the mean colour of what is around it. */
    @ParameterizedTest
    @EnumSource
    void everyObjectStandsOutFromEveryBackground(Background background) {
        for (Style style : Style.values()) {
            for (Colour colour : Colour.values()) {
                Painter.Painting painting = Painter.paint(
                        background,
                        style,
                        List.of(PlacedObject.upright(Kind.HEART, colour, .5, .5, .6)),
                        PIXELS,
                        new SeededRandom(3));
                BitSet inside = painting.masks().getFirst().pixels();
                BitSet outside = new BitSet();
                outside.set(0, PIXELS * PIXELS);
                outside.andNot(inside);
                double[] around = mean(painting.image().rgb(), outside);
                double distance = distance(painting.image().rgb(), inside, around);
                assertThat(distance)
                        .as("%s on %s, %s".formatted(colour, background, style))
                        .isGreaterThan(25);
            }
        }
    }

    /** Root of the mean square. */
    private static double distance(byte[] rgb, BitSet pixels, double[] colour) {
        return Math.sqrt(pixels.stream()
                .mapToDouble(pixel -> IntStream.range(0, 3)
                        .mapToDouble(channel -> Math.pow((rgb[3 * pixel + channel] & 0xFF) - colour[channel], 2))
                        .sum())
                .average()
                .orElseThrow());
    }

    private static double[] mean(byte[] rgb, BitSet pixels) {
        return IntStream.range(0, 3)
                .mapToDouble(channel -> pixels.stream()
                        .map(pixel -> rgb[3 * pixel + channel] & 0xFF)
                        .average()
                        .orElseThrow())
                .toArray();
    }

    private static BitSet mask(Kind kind) {
        return pixels(new Area(Figure.of(kind, false).silhouette()));
    }

    private static BitSet pixels(Area area) {
        BitSet pixels = new BitSet();
        for (int row = 0; row < PIXELS; row++) {
            for (int column = 0; column < PIXELS; column++) {
                pixels.set(
                        row * PIXELS + column,
                        area.contains(column / (double) PIXELS - .5, row / (double) PIXELS - .5));
            }
        }
        return pixels;
    }
}

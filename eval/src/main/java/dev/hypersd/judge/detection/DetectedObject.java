package dev.hypersd.judge.detection;

import dev.hypersd.scene.Colour;
import dev.hypersd.scene.Kind;
import dev.hypersd.scene.SizeClass;
import java.util.Arrays;
import java.util.Comparator;

/**
 * One object that was seen.
 *
 * @param x of its centre, 0..1 from the left
 * @param y of its centre, 0..1 from the top
 * @param extent width and height as a part of the picture's
 * @param confidence 0..1
 */
public record DetectedObject(Kind kind, Colour colour, double x, double y, double extent, double confidence) {
    /** The size whose extent is nearest, by ratio. */
    public SizeClass size() {
        return Arrays.stream(SizeClass.values())
                .min(Comparator.comparingDouble(size -> Math.abs(Math.log(extent / size.extent()))))
                .orElseThrow();
    }

    /** The distance of the centres, as a part of the picture's width. */
    double distance(DetectedObject other) {
        return Math.hypot(x - other.x, y - other.y);
    }
}

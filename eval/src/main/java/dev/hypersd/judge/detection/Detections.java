package dev.hypersd.judge.detection;

import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.SizeClass;
import dev.hypersd.scene.content.Style;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The objects, background and style that an {@link AttributeReader} finds in one picture.
 *
 * @param objects the objects, the most confident detection first
 */
public record Detections(List<DetectedObject> objects, Background background, Style style) {
    public Detections {
        objects = List.copyOf(objects);
    }

    /**
     * A detected object.
     *
     * @param x the place of its centre, from 0 at the left of the picture to 1 at the right
     * @param y the place of its centre, from 0 at the top of the picture to 1 at the bottom
     * @param extent its width and height as a fraction of the picture's
     * @param confidence the probability that it is there, 0 to 1
     */
    public record DetectedObject(Kind kind, Colour colour, double x, double y, double extent, double confidence) {
        /** Returns the size class whose extent has the nearest ratio to this one. */
        public SizeClass size() {
            return Arrays.stream(SizeClass.values())
                    .min(Comparator.comparingDouble(size -> Math.abs(Math.log(extent / size.extent()))))
                    .orElseThrow();
        }
    }
}

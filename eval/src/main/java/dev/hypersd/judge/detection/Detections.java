package dev.hypersd.judge.detection;

import dev.hypersd.scene.Background;
import dev.hypersd.scene.Style;
import java.util.List;

/**
 * All that was read from one picture.
 *
 * @param objects the surest first
 */
public record Detections(List<DetectedObject> objects, Background background, Style style) {
    public Detections {
        objects = List.copyOf(objects);
    }
}

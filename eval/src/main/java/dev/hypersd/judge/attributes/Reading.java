package dev.hypersd.judge.attributes;

import dev.hypersd.scene.Background;
import dev.hypersd.scene.Style;
import java.util.List;

/**
 * All that was read from one picture.
 *
 * @param objects the surest first
 */
public record Reading(List<Seen> objects, Background background, Style style) {
    public Reading {
        objects = List.copyOf(objects);
    }
}

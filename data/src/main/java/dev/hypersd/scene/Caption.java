package dev.hypersd.scene;

import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.SizeClass;
import dev.hypersd.scene.content.Style;
import java.util.List;
import java.util.Optional;

/**
 * A description of a scene.
 *
 * @param text in words
 * @param claims the same as data
 */
public record Caption(String text, Claims claims) {
    /**
     * What a caption says, as data: a picture is right if all of it can be seen there. What the caption leaves out is
     * empty here.
     *
     * @param items in the order of the layout
     * @param relation of the first item to the second
     * @param place of the only item
     * @param style the flat one also where the caption names none
     */
    public record Claims(
            List<Claimed> items,
            Optional<Relation> relation,
            Optional<Place> place,
            Optional<Background> background,
            Style style) {
        public Claims {
            items = List.copyOf(items);
        }
    }

    /** A thing as the caption names it. */
    public record Claimed(int count, Kind kind, Colour colour, Optional<SizeClass> size) {}
}

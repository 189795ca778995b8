package dev.hypersd.scene;

import java.util.List;
import java.util.Optional;

/**
 * What a caption says, as data: a picture is right if all of it can be seen there. What a caption leaves out is empty here.
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
    /** A thing as the caption names it. */
    public record Claimed(int count, Kind kind, Colour colour, Optional<SizeClass> size) {}

    public Claims {
        items = List.copyOf(items);
    }
}

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
 * The caption of a scene.
 *
 * @param text the caption in words
 * @param attributes the attributes that the text names
 */
public record Caption(String text, CaptionAttributes attributes) {
    /**
     * The attributes that a caption names. A picture is correct if it shows all of them. Attributes that the caption
     * leaves out are empty.
     *
     * @param objects the objects, in the order of the layout
     * @param relation the relation of the first object to the second
     * @param place the place of the only object
     * @param background the background
     * @param style the style of the scene, also where it is flat and the caption does not name it, and in data sets of
     *     one style, whose captions name any style
     */
    public record CaptionAttributes(
            List<NamedObject> objects,
            Optional<Relation> relation,
            Optional<Place> place,
            Optional<Background> background,
            Style style) {
        public CaptionAttributes {
            objects = List.copyOf(objects);
        }
    }

    /**
     * Objects of one kind as a caption names them.
     *
     * @param count how many there are
     * @param kind their kind
     * @param colour their colour
     * @param size their size, if the caption names it
     */
    public record NamedObject(int count, Kind kind, Colour colour, Optional<SizeClass> size) {}
}

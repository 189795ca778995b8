package dev.hypersd.scene;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.SizeClass;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes other scenes that the same caption describes: attributes that the caption leaves out are chosen anew, as
 * {@link SceneGrammar} chooses them.
 */
final class Variation {
    private final SeededRandom random;

    Variation(SeededRandom random) {
        this.random = random;
    }

    /**
     * Returns another scene that the caption of {@code scene} describes.
     *
     * @param attributes the attributes that the caption names
     */
    Scene of(Scene scene, CaptionAttributes attributes) {
        return new Scene(
                layout(scene.layout(), attributes),
                attributes.background().orElseGet(() -> random.of(Background.values())),
                scene.style());
    }

    private Layout layout(Layout layout, CaptionAttributes attributes) {
        return switch (layout) {
            case Layout.Single(Item item, Place place) ->
                new Layout.Single(
                        resized(item, attributes.objects().getFirst()),
                        attributes.place().orElseGet(() -> random.of(places(item))));
            case Layout.Pair(Item first, Relation relation, Item second) ->
                switch (relation) {
                    case LEFT_OF, ABOVE -> apart(first, relation, second, attributes.objects());
                    // The relation decides both sizes.
                    case INSIDE, BEHIND -> layout;
                };
            case Layout.Row row -> row;
        };
    }

    /** Chooses sizes anew until at most one of the two objects is large, since two have no room. */
    private Layout apart(Item first, Relation relation, Item second, List<NamedObject> named) {
        while (true) {
            Item one = resized(first, named.getFirst());
            Item other = resized(second, named.getLast());
            if (one.size() != SizeClass.LARGE || other.size() != SizeClass.LARGE) {
                return new Layout.Pair(one, relation, other);
            }
        }
    }

    private Item resized(Item item, NamedObject named) {
        Optional<SizeClass> size = named.size();
        return new Item(item.count(), item.kind(), item.colour(), size.orElseGet(() -> random.of(sizes(item))));
    }

    /** Returns the sizes for which there is room: the more objects, the smaller. */
    private static List<SizeClass> sizes(Item item) {
        return Arrays.asList(SizeClass.values()).subList(0, SizeClass.values().length + 1 - item.count());
    }

    /** Returns the places for which there is room: a row of several objects fills the width. */
    private static List<Place> places(Item item) {
        return item.count() == 1 ? Arrays.asList(Place.values()) : List.of(Place.TOP, Place.CENTRE, Place.BOTTOM);
    }
}

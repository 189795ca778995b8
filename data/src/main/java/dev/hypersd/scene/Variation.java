package dev.hypersd.scene;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.Caption.Claimed;
import dev.hypersd.scene.Caption.Claims;
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
 * Scenes that the same caption is right about. What {@link SceneGrammar} would choose and the caption leaves out is
 * chosen anew.
 */
final class Variation {
    private final SeededRandom random;

    Variation(SeededRandom random) {
        this.random = random;
    }

    /** @param claims of the caption of {@code scene} */
    Scene of(Scene scene, Claims claims) {
        return new Scene(
                layout(scene.layout(), claims),
                claims.background().orElseGet(() -> random.of(Background.values())),
                scene.style());
    }

    private Layout layout(Layout layout, Claims claims) {
        return switch (layout) {
            case Layout.Single(Item item, Place place) ->
                new Layout.Single(
                        resized(item, claims.items().getFirst()),
                        claims.place().orElseGet(() -> random.of(places(item))));
            case Layout.Pair(Item first, Relation relation, Item second) ->
                switch (relation) {
                    case LEFT_OF, ABOVE -> beside(first, relation, second, claims.items());
                    // Their sizes follow from how they stand.
                    case INSIDE, BEHIND -> layout;
                };
            case Layout.Row row -> row;
        };
    }

    /** Two large things have no room beside each other. */
    private Layout beside(Item first, Relation relation, Item second, List<Claimed> claimed) {
        while (true) {
            Item one = resized(first, claimed.getFirst());
            Item other = resized(second, claimed.getLast());
            if (one.size() != SizeClass.LARGE || other.size() != SizeClass.LARGE) {
                return new Layout.Pair(one, relation, other);
            }
        }
    }

    private Item resized(Item item, Claimed claimed) {
        Optional<SizeClass> size = claimed.size();
        return new Item(item.count(), item.kind(), item.colour(), size.orElseGet(() -> random.of(sizes(item))));
    }

    /** More of a thing have less room. */
    private static List<SizeClass> sizes(Item item) {
        return Arrays.asList(SizeClass.values()).subList(0, SizeClass.values().length + 1 - item.count());
    }

    /** A row of equal things fills the breadth. */
    private static List<Place> places(Item item) {
        return item.count() == 1 ? Arrays.asList(Place.values()) : List.of(Place.TOP, Place.CENTRE, Place.BOTTOM);
    }
}

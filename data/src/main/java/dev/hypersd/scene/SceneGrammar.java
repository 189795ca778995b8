package dev.hypersd.scene;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.SizeClass;
import dev.hypersd.scene.content.Style;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The random distribution of scenes: how often each layout, size, background and style occurs. */
final class SceneGrammar {
    private static final double ONE = 0.45;
    private static final double SEVERAL = 0.15;
    private static final double ROW = 0.06;
    private static final double FLAT = 0.6;
    private static final List<Kind> HOLLOW =
            List.of(Kind.HEART, Kind.HOUSE, Kind.BALLOON, Kind.CUP, Kind.APPLE, Kind.SHIRT);
    private static final List<Style> OTHER_STYLES = List.of(Style.OUTLINE, Style.WATERCOLOUR, Style.NEON, Style.PIXEL);

    private final SeededRandom random;
    private final boolean novel;

    /**
     * Creates the distribution.
     *
     * @param novel whether combinations that are held out of training may occur
     */
    SceneGrammar(SeededRandom random, boolean novel) {
        this.random = random;
        this.novel = novel;
    }

    /**
     * Returns a random scene.
     *
     * @param only the style, or empty for a random one
     */
    Scene scene(Optional<Style> only) {
        Style style = only.orElseGet(() -> style(random));
        return new Scene(layout(), random.of(Background.values()), style);
    }

    /** Returns a random style, each as often as in data sets of all styles. */
    static Style style(SeededRandom random) {
        return random.chance(FLAT) ? Style.FLAT : random.of(OTHER_STYLES);
    }

    private Layout layout() {
        double part = random.between(0, 1);
        if (part < ONE) {
            return new Layout.Single(item(1, random.of(SizeClass.values())), random.of(Place.values()));
        }
        if (part < ONE + SEVERAL) {
            int count = 2 + random.below(2);
            SizeClass size = count == 3 ? SizeClass.SMALL : random.of(SizeClass.SMALL, SizeClass.MEDIUM);
            return new Layout.Single(item(count, size), random.of(Place.TOP, Place.CENTRE, Place.BOTTOM));
        }
        return part < 1 - ROW ? pair() : row();
    }

    private Layout pair() {
        return switch (random.of(Relation.values())) {
            case LEFT_OF -> apart(1, Relation.LEFT_OF);
            case ABOVE -> apart(random.chance(0.3) ? 2 : 1, Relation.ABOVE);
            case INSIDE -> {
                Item outer = item(1, SizeClass.LARGE, HOLLOW);
                yield new Layout.Pair(other(outer, 1, SizeClass.SMALL, true), Relation.INSIDE, outer);
            }
            case BEHIND -> {
                Item front = item(1, SizeClass.MEDIUM);
                yield new Layout.Pair(other(front, 1, SizeClass.LARGE, true), Relation.BEHIND, front);
            }
        };
    }

    private Layout apart(int count, Relation relation) {
        Item second = item(1, random.of(SizeClass.values()));
        boolean crowded = second.size() == SizeClass.LARGE || count > 1;
        SizeClass size = crowded ? random.of(SizeClass.SMALL, SizeClass.MEDIUM) : random.of(SizeClass.values());
        return new Layout.Pair(other(second, count, size, false), relation, second);
    }

    private Layout row() {
        Item left = item(1, SizeClass.SMALL);
        Item middle = other(left, 1, SizeClass.SMALL, false);
        Item right;
        do {
            right = other(left, 1, SizeClass.SMALL, false);
        } while (right.kind() == middle.kind());
        return new Layout.Row(left, middle, right);
    }

    /**
     * Returns an object of another kind than {@code than}.
     *
     * @param distinct whether it must have another colour too, because the two overlap
     */
    private Item other(Item than, int count, SizeClass size, boolean distinct) {
        while (true) {
            Item item = item(count, size);
            if (item.kind() != than.kind() && !(distinct && item.colour() == than.colour())) {
                return item;
            }
        }
    }

    private Item item(int count, SizeClass size) {
        return item(count, size, Arrays.asList(Kind.values()));
    }

    private Item item(int count, SizeClass size, List<Kind> kinds) {
        while (true) {
            Item item = new Item(count, random.of(kinds), random.of(Colour.values()), size);
            if (novel || !item.heldOut()) {
                return item;
            }
        }
    }
}

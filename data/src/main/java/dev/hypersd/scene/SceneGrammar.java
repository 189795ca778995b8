package dev.hypersd.scene;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which scenes there are, and how often. */
final class SceneGrammar {
    private static final double ONE = 0.45;
    private static final double SEVERAL = 0.15;
    private static final double ROW = 0.06;
    private static final double FLAT = 0.6;
    private static final List<Kind> HOLLOW =
            List.of(Kind.HEART, Kind.HOUSE, Kind.BALLOON, Kind.CUP, Kind.APPLE, Kind.SHIRT);
    private static final List<Style> OTHER_STYLES = List.of(Style.OUTLINE, Style.WATERCOLOUR, Style.NEON, Style.PIXEL);

    private final Choice choice;
    private final boolean novel;

    /** @param novel whether combinations that are held out may occur */
    SceneGrammar(Choice choice, boolean novel) {
        this.choice = choice;
        this.novel = novel;
    }

    /** @param only the style, if it is not left to chance */
    Scene scene(Optional<Style> only) {
        Style style = only.orElseGet(() -> style(choice));
        return new Scene(layout(), choice.of(Background.values()), style);
    }

    /** A style, each as often as in sets of all styles. */
    static Style style(Choice choice) {
        return choice.chance(FLAT) ? Style.FLAT : choice.of(OTHER_STYLES);
    }

    private Layout layout() {
        double part = choice.between(0, 1);
        if (part < ONE) {
            return new Layout.Single(item(1, choice.of(SizeClass.values())), choice.of(Place.values()));
        }
        if (part < ONE + SEVERAL) {
            int count = 2 + choice.below(2);
            SizeClass size = count == 3 ? SizeClass.SMALL : choice.of(SizeClass.SMALL, SizeClass.MEDIUM);
            return new Layout.Single(item(count, size), choice.of(Place.TOP, Place.CENTRE, Place.BOTTOM));
        }
        return part < 1 - ROW ? pair() : row();
    }

    private Layout pair() {
        return switch (choice.of(Relation.values())) {
            case LEFT_OF -> beside(1, Relation.LEFT_OF);
            case ABOVE -> beside(choice.chance(0.3) ? 2 : 1, Relation.ABOVE);
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

    private Layout beside(int count, Relation relation) {
        Item second = item(1, choice.of(SizeClass.values()));
        boolean crowded = second.size() == SizeClass.LARGE || count > 1;
        SizeClass size = crowded ? choice.of(SizeClass.SMALL, SizeClass.MEDIUM) : choice.of(SizeClass.values());
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

    /** A thing of another kind than {@code than}, and of another colour where they would run into each other. */
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
            Item item = new Item(count, choice.of(kinds), choice.of(Colour.values()), size);
            if (novel || !HeldOut.contains(item.kind(), item.colour())) {
                return item;
            }
        }
    }
}

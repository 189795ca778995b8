package dev.hypersd.scene;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.PlacedObject;
import dev.hypersd.scene.content.Relation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Computes the coordinates of objects from layouts, with a small random deviation. */
final class Arrangement {
    private static final double MARGIN = 0.03;
    private static final double JITTER = 0.025;
    /** The distance of the outer columns and rows of places from the middle of the picture. */
    private static final double FIELD = 0.3;
    /** The distance of two related objects from the point between them. */
    private static final double HALF = 0.225;

    /** The largest tilt, in degrees. */
    private static final double TILT = 5;
    /** The kinds that look to one side and are mirrored at random. */
    private static final Set<Kind> FACING = EnumSet.of(Kind.FISH, Kind.BOAT, Kind.CAR, Kind.CUP, Kind.MOON);

    private final SeededRandom random;

    Arrangement(SeededRandom random) {
        this.random = random;
    }

    /** Returns the objects from back to front. */
    List<PlacedObject> of(Layout layout) {
        return switch (layout) {
            case Layout.Single(Item item, Place place) ->
                line(item, 0.5 + FIELD * place.column(), 0.5 + FIELD * place.row());
            case Layout.Pair(Item first, Relation relation, Item second) -> pair(first, relation, second);
            case Layout.Row(Item left, Item middle, Item right) -> {
                double y = random.between(0.35, 0.65);
                yield join(line(left, 0.19, y), line(middle, 0.5, y), line(right, 0.81, y));
            }
        };
    }

    private List<PlacedObject> pair(Item first, Relation relation, Item second) {
        return switch (relation) {
            case LEFT_OF -> {
                double y = random.between(0.4, 0.6);
                double between = middle(first, second);
                yield join(line(first, between - HALF, y), line(second, between + HALF, y));
            }
            case ABOVE -> {
                double x = random.between(0.42, 0.58);
                double between = middle(first, second);
                yield join(line(first, x, between - HALF), line(second, x, between + HALF));
            }
            case INSIDE -> {
                PlacedObject outer =
                        placed(second, random.between(0.4, 0.6), random.between(0.4, 0.6), 1.3, mirrored(second));
                yield List.of(outer, within(outer, first));
            }
            case BEHIND -> {
                double x = random.between(0.42, 0.58);
                double side = random.chance(0.5) ? 0.13 : -0.13;
                yield join(
                        List.of(placed(first, x - side, 0.4, 1.05, mirrored(first))),
                        List.of(placed(second, x + side, 0.66, 1, mirrored(second))));
            }
        };
    }

    /** Places an object in the middle of the widest part of {@code outer}. */
    private PlacedObject within(PlacedObject outer, Item item) {
        double across = outer.kind() == Kind.CUP ? (outer.mirrored() ? 0.1 : -0.1) : 0;
        double down = switch (outer.kind()) {
            case HOUSE -> 0.2;
            case CUP -> 0.12;
            case APPLE, SHIRT -> 0.1;
            case BALLOON -> -0.13;
            default -> -0.04;
        };
        return posed(
                item,
                outer.x() + across * outer.extent(),
                outer.y() + down * outer.extent(),
                item.size().extent() * random.between(0.92, 1),
                mirrored(item));
    }

    /** Returns the coordinate between two objects, moved so that the larger has more room. */
    private static double middle(Item first, Item second) {
        return 0.5 + (first.size().extent() - second.size().extent()) / 4;
    }

    private List<PlacedObject> line(Item item, double x, double y) {
        List<PlacedObject> line = new ArrayList<>();
        double step = item.size().extent() + 0.05;
        boolean mirrored = mirrored(item);
        for (int i = 0; i < item.count(); i++) {
            line.add(placed(item, x + (i - (item.count() - 1) / 2.0) * step, y, 1, mirrored));
        }
        return line;
    }

    private PlacedObject placed(Item item, double x, double y, double scale, boolean mirrored) {
        double extent = item.size().extent() * scale * random.between(0.95, 1.05);
        double least = MARGIN + extent / 2;
        return posed(
                item,
                Math.clamp(x + random.between(-JITTER, JITTER), least, 1 - least),
                Math.clamp(y + random.between(-JITTER, JITTER), least, 1 - least),
                extent,
                mirrored);
    }

    private PlacedObject posed(Item item, double x, double y, double extent, boolean mirrored) {
        return new PlacedObject(item.kind(), item.colour(), x, y, extent, random.between(-TILT, TILT), mirrored);
    }

    private boolean mirrored(Item item) {
        return FACING.contains(item.kind()) && random.chance(0.5);
    }

    @SafeVarargs
    private static List<PlacedObject> join(List<PlacedObject>... parts) {
        return Arrays.stream(parts).flatMap(List::stream).toList();
    }
}

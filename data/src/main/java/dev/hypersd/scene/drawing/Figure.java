package dev.hypersd.scene.drawing;

import static java.util.stream.Collectors.toMap;

import dev.hypersd.scene.Kind;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a kind of object looks like.
 *
 * @param layers from back to front
 * @param silhouette the area of all of them
 */
record Figure(List<Layer> layers, Shape silhouette) {
    private static final Map<Kind, Figure> ALL = Arrays.stream(Kind.values())
            .collect(toMap(kind -> kind, Figure::draw, (a, b) -> a, () -> new EnumMap<>(Kind.class)));

    /** Fits the square from -0.5 to 0.5, y downwards. */
    static Figure of(Kind kind) {
        return Objects.requireNonNull(ALL.get(kind));
    }

    private static Figure draw(Kind kind) {
        List<Layer> layers = switch (kind) {
            case HEART -> Signs.heart();
            case STAR -> Signs.star();
            case CRYSTAL -> Signs.crystal();
            case MOON -> Signs.moon();
            case TREE -> Plants.tree();
            case MUSHROOM -> Plants.mushroom();
            case FLOWER -> Plants.flower();
            case APPLE -> Plants.apple();
            case FISH -> Animals.fish();
            case CAT -> Animals.cat();
            case DOG -> Animals.dog();
            case BUTTERFLY -> Animals.butterfly();
            case HOUSE -> Town.house();
            case BOAT -> Town.boat();
            case CAR -> Town.car();
            case CUP -> Things.cup();
            case SHIRT -> Things.shirt();
            case UMBRELLA -> Things.umbrella();
            case BALLOON -> Things.balloon();
        };
        Area silhouette = new Area();
        layers.forEach(layer -> silhouette.add(new Area(layer.shape())));
        return new Figure(layers, silhouette);
    }

    Figure transformed(AffineTransform transform) {
        return new Figure(
                layers.stream().map(layer -> layer.transformed(transform)).toList(),
                transform.createTransformedShape(silhouette));
    }
}

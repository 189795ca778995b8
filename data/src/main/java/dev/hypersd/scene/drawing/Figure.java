package dev.hypersd.scene.drawing;

import dev.hypersd.scene.content.Kind;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The shape of a kind of object, as layers of areas.
 *
 * @param layers the layers from back to front
 * @param silhouette the union of all areas
 */
record Figure(List<Layer> layers, Shape silhouette) {
    private static final Map<Kind, Figure> ALL = new EnumMap<>(Kind.class);
    private static final Map<Kind, Figure> MIRRORED = new EnumMap<>(Kind.class);

    static {
        for (Kind kind : Kind.values()) {
            List<Layer> layers = layers(kind);
            ALL.put(kind, of(layers));
            MIRRORED.put(kind, of(layers.stream().map(Layer::mirrored).toList()));
        }
    }

    /**
     * Returns the figure of {@code kind} in the square from -0.5 to 0.5, with y pointing down. The light falls from the
     * upper left, also where the figure is mirrored.
     */
    static Figure of(Kind kind, boolean mirrored) {
        return Objects.requireNonNull((mirrored ? MIRRORED : ALL).get(kind));
    }

    private static Figure of(List<Layer> layers) {
        Area silhouette = new Area();
        layers.forEach(layer -> silhouette.add(new Area(layer.shape())));
        return new Figure(layers, silhouette);
    }

    private static List<Layer> layers(Kind kind) {
        return switch (kind) {
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
    }

    Figure transformed(AffineTransform transform) {
        return new Figure(
                layers.stream().map(layer -> layer.transformed(transform)).toList(),
                transform.createTransformedShape(silhouette));
    }
}

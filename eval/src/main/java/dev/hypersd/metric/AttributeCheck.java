package dev.hypersd.metric;

import dev.hypersd.judge.detection.Detections;
import dev.hypersd.judge.detection.Detections.DetectedObject;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Compares the attributes that a caption names with those that were read from a picture. Attributes that the caption
 * does not name are not checked.
 */
public final class AttributeCheck {
    /**
     * The distance from the middle at which the outer places of the picture begin; objects in the middle place are
     * nearer.
     */
    private static final double FIELD = 0.15;

    private AttributeCheck() {}

    /**
     * Whether a picture shows one attribute of its caption.
     *
     * @param correct whether it does
     */
    public record Outcome(Attribute attribute, boolean correct) {}

    /**
     * Returns an outcome for every attribute that the caption names. All attributes of an object that is missing are
     * wrong.
     */
    public static List<Outcome> of(CaptionAttributes attributes, Detections reading) {
        List<Outcome> outcomes = new ArrayList<>();
        for (NamedObject object : attributes.objects()) {
            List<DetectedObject> seen = seen(object.kind(), reading);
            outcomes.add(new Outcome(Attribute.KIND, !seen.isEmpty()));
            outcomes.add(new Outcome(Attribute.COLOUR, all(seen, s -> s.colour() == object.colour())));
            outcomes.add(new Outcome(Attribute.COUNT, seen.size() == object.count()));
            object.size()
                    .ifPresent(size -> outcomes.add(new Outcome(Attribute.SIZE, all(seen, s -> s.size() == size))));
        }
        attributes
                .place()
                .ifPresent(place -> outcomes.add(new Outcome(
                        Attribute.PLACE,
                        at(place, seen(attributes.objects().getFirst().kind(), reading)))));
        attributes
                .relation()
                .ifPresent(relation -> outcomes.add(new Outcome(
                        Attribute.RELATION,
                        holds(
                                relation,
                                seen(attributes.objects().getFirst().kind(), reading),
                                seen(attributes.objects().getLast().kind(), reading)))));
        attributes
                .background()
                .ifPresent(background ->
                        outcomes.add(new Outcome(Attribute.BACKGROUND, reading.background() == background)));
        outcomes.add(new Outcome(Attribute.STYLE, reading.style() == attributes.style()));
        return List.copyOf(outcomes);
    }

    private static List<DetectedObject> seen(Kind kind, Detections reading) {
        return reading.objects().stream().filter(s -> s.kind() == kind).toList();
    }

    private static boolean all(List<DetectedObject> seen, Predicate<DetectedObject> right) {
        return !seen.isEmpty() && seen.stream().allMatch(right);
    }

    private static boolean at(Place place, List<DetectedObject> seen) {
        return !seen.isEmpty() && field(x(seen)) == place.column() && field(y(seen)) == place.row();
    }

    private static int field(double coordinate) {
        double fromMiddle = coordinate - 0.5;
        return Math.abs(fromMiddle) <= FIELD ? 0 : (int) Math.signum(fromMiddle);
    }

    private static boolean holds(Relation relation, List<DetectedObject> first, List<DetectedObject> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return false;
        }
        double right = x(second) - x(first);
        double down = y(second) - y(first);
        double reach = extent(second) / 2;
        return switch (relation) {
            case LEFT_OF -> right > Math.abs(down);
            case ABOVE -> down > Math.abs(right);
            case INSIDE -> Math.hypot(right, down) < reach && extent(first) < extent(second);
            case BEHIND -> down > 0 && Math.hypot(right, down) < reach + extent(first) / 2;
        };
    }

    private static double x(List<DetectedObject> seen) {
        return seen.stream().mapToDouble(DetectedObject::x).average().orElseThrow();
    }

    private static double y(List<DetectedObject> seen) {
        return seen.stream().mapToDouble(DetectedObject::y).average().orElseThrow();
    }

    private static double extent(List<DetectedObject> seen) {
        return seen.stream().mapToDouble(DetectedObject::extent).average().orElseThrow();
    }

    /** The attributes that a caption can name, each of which a picture shows or does not. */
    public enum Attribute {
        /** An object of the kind is there. */
        KIND,
        /** All objects of the kind have the colour. */
        COLOUR,
        /** There are exactly as many objects of the kind. */
        COUNT,
        /** All objects of the kind have the size. */
        SIZE,
        /** The object, or the middle of its row, is in the named place of the picture. */
        PLACE,
        /** The first kind of objects is in the named relation to the second. */
        RELATION,
        BACKGROUND,
        STYLE
    }
}

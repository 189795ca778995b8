package dev.hypersd.metric;

import dev.hypersd.judge.attributes.Reading;
import dev.hypersd.judge.attributes.Seen;
import dev.hypersd.scene.Claims;
import dev.hypersd.scene.Claims.Claimed;
import dev.hypersd.scene.Kind;
import dev.hypersd.scene.Place;
import dev.hypersd.scene.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Compares what a caption claims with what was read from a picture. Nothing that the caption does not claim is held against the picture. */
public final class ClaimCheck {
    /** Where the outer fields of the grid of places begin, from the middle; things of the middle field are at most a jitter away from it. */
    private static final double FIELD = 0.15;

    private ClaimCheck() {}

    /**
     * One claim.
     *
     * @param right whether the picture shows it
     */
    public record Answer(Attribute attribute, boolean right) {}

    /** An answer for every claim; of a thing that is not there everything is wrong. */
    public static List<Answer> of(Claims claims, Reading reading) {
        List<Answer> answers = new ArrayList<>();
        for (Claimed item : claims.items()) {
            List<Seen> seen = seen(item.kind(), reading);
            answers.add(new Answer(Attribute.KIND, !seen.isEmpty()));
            answers.add(new Answer(Attribute.COLOUR, all(seen, s -> s.colour() == item.colour())));
            answers.add(new Answer(Attribute.COUNT, seen.size() == item.count()));
            item.size().ifPresent(size -> answers.add(new Answer(Attribute.SIZE, all(seen, s -> s.size() == size))));
        }
        claims.place()
                .ifPresent(place -> answers.add(new Answer(
                        Attribute.PLACE,
                        at(place, seen(claims.items().getFirst().kind(), reading)))));
        claims.relation()
                .ifPresent(relation -> answers.add(new Answer(
                        Attribute.RELATION,
                        holds(
                                relation,
                                seen(claims.items().getFirst().kind(), reading),
                                seen(claims.items().getLast().kind(), reading)))));
        claims.background()
                .ifPresent(background ->
                        answers.add(new Answer(Attribute.BACKGROUND, reading.background() == background)));
        answers.add(new Answer(Attribute.STYLE, reading.style() == claims.style()));
        return List.copyOf(answers);
    }

    private static List<Seen> seen(Kind kind, Reading reading) {
        return reading.objects().stream().filter(s -> s.kind() == kind).toList();
    }

    private static boolean all(List<Seen> seen, Predicate<Seen> right) {
        return !seen.isEmpty() && seen.stream().allMatch(right);
    }

    private static boolean at(Place place, List<Seen> seen) {
        return !seen.isEmpty() && field(x(seen)) == place.column() && field(y(seen)) == place.row();
    }

    private static int field(double coordinate) {
        double fromMiddle = coordinate - 0.5;
        return Math.abs(fromMiddle) <= FIELD ? 0 : (int) Math.signum(fromMiddle);
    }

    private static boolean holds(Relation relation, List<Seen> first, List<Seen> second) {
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

    private static double x(List<Seen> seen) {
        return seen.stream().mapToDouble(Seen::x).average().orElseThrow();
    }

    private static double y(List<Seen> seen) {
        return seen.stream().mapToDouble(Seen::y).average().orElseThrow();
    }

    private static double extent(List<Seen> seen) {
        return seen.stream().mapToDouble(Seen::extent).average().orElseThrow();
    }
}

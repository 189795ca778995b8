package dev.hypersd.judge.attributes;

import java.util.ArrayList;
import java.util.List;

/** Leaves one of several opinions about the same object. */
final class Distinct {
    /** Centres nearer than this part of the extent, of about the same extent, are of one object. */
    private static final double NEAR = 0.35;

    private static final double ALIKE = 1.5;

    private Distinct() {}

    /** @param seen the surest first; it is the one that stays */
    static List<Seen> of(List<Seen> seen) {
        List<Seen> kept = new ArrayList<>();
        for (Seen candidate : seen) {
            if (kept.stream().noneMatch(other -> same(candidate, other))) {
                kept.add(candidate);
            }
        }
        return kept;
    }

    private static boolean same(Seen a, Seen b) {
        double smaller = Math.min(a.extent(), b.extent());
        return Math.max(a.extent(), b.extent()) < ALIKE * smaller && a.distance(b) < NEAR * smaller;
    }
}

package dev.hypersd.judge.detection;

import java.util.ArrayList;
import java.util.List;

/** Leaves one of several opinions about the same object. */
final class Distinct {
    /** Centres nearer than this part of the extent, of about the same extent, are of one object. */
    private static final double NEAR = 0.35;

    private static final double ALIKE = 1.5;

    private Distinct() {}

    /** @param seen the surest first; it is the one that stays */
    static List<DetectedObject> of(List<DetectedObject> seen) {
        List<DetectedObject> kept = new ArrayList<>();
        for (DetectedObject candidate : seen) {
            if (kept.stream().noneMatch(other -> same(candidate, other))) {
                kept.add(candidate);
            }
        }
        return kept;
    }

    private static boolean same(DetectedObject a, DetectedObject b) {
        double smaller = Math.min(a.extent(), b.extent());
        return Math.max(a.extent(), b.extent()) < ALIKE * smaller && a.distance(b) < NEAR * smaller;
    }
}

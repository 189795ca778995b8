package dev.hypersd.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One in ten combinations of kind and colour, which no training picture shows: whoever draws them has understood colours apart from
 * things.
 */
final class HeldOut {
    private static final int ONE_IN = 10;
    private static final long SEED = 2024;

    private static final Set<Integer> COMBINATIONS = choose();

    private HeldOut() {}

    static boolean contains(Kind kind, Colour colour) {
        return COMBINATIONS.contains(number(kind, colour));
    }

    private static int number(Kind kind, Colour colour) {
        return kind.ordinal() * Colour.values().length + colour.ordinal();
    }

    private static Set<Integer> choose() {
        List<Integer> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (Colour colour : Colour.values()) {
                all.add(number(kind, colour));
            }
        }
        Collections.shuffle(all, new Random(SEED));
        return Set.copyOf(all.subList(0, all.size() / ONE_IN));
    }
}

package dev.hypersd.scene.content;

import java.util.List;

/** The spatial relation of one object to another. */
public enum Relation {
    LEFT_OF(List.of("left of", "to the left of"), List.of("right of", "to the right of")),
    ABOVE(List.of("above", "over"), List.of("below", "under")),
    INSIDE(List.of("inside", "in"), List.of("around")),
    BEHIND(List.of("behind"), List.of("in front of"));

    private final List<String> phrases;
    private final List<String> converse;

    Relation(List<String> phrases, List<String> converse) {
        this.phrases = phrases;
        this.converse = converse;
    }

    /** Returns phrases between the two objects where the caption names the first one first. */
    public List<String> phrases() {
        return phrases;
    }

    /** Returns phrases between the two objects where the caption names the second one first. */
    public List<String> converse() {
        return converse;
    }
}

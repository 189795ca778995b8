package dev.hypersd.study;

/**
 * Two pictures that two methods drew of the same prompt from the same seed, side by side.
 *
 * @param prompt the number of the prompt in the study, from 0
 * @param seed one of the study's seeds
 * @param left the name of the method on the left
 * @param right the name of the method on the right
 */
public record Pair(int prompt, long seed, String left, String right) {
    /** Returns this pair with the sides in alphabetical order, so that pairs of the same two pictures are equal. */
    public Pair sorted() {
        return left.compareTo(right) <= 0 ? this : new Pair(prompt, seed, /* left= */ right, /* right= */ left);
    }

    /** Returns the name of the method on this side. */
    public String method(Answer side) {
        return switch (side) {
            case LEFT -> left;
            case RIGHT -> right;
            case TIE -> throw new IllegalArgumentException("a tie is no side");
        };
    }
}

package dev.hypersd.judge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * A score that a judge gives a picture as a picture of a text; higher is better. Scores of different judges cannot be
 * compared. Ordered as reports list them.
 *
 * @param kind what is scored
 * @param variant tells several judges of a kind apart: {@code "g-14"} for the CLIP in the folder {@code clip-g-14};
 *     empty for the one in {@code clip}
 */
public record Score(Kind kind, String variant) implements Comparable<Score> {
    public static final Score CLIP = new Score(Kind.CLIP, "");
    public static final Score AESTHETIC = new Score(Kind.AESTHETIC, "");
    public static final Score PREFERENCE = new Score(Kind.PREFERENCE, "");

    private static final Comparator<Score> ORDER =
            Comparator.comparing(Score::kind).thenComparing(Score::variant);

    /** What judges score. */
    public enum Kind {
        /** 100 times the cosine of the picture's and the text's CLIP embeddings. */
        CLIP(Judge.CLIP, "CLIP score", 2),
        /** How well the picture looks, whatever it shows. */
        AESTHETIC(Judge.AESTHETIC, "aesthetic score", 2),
        /** How much people would prefer the picture as one of its text: the number of a normal deviate. */
        IMAGE_REWARD(Judge.IMAGE_REWARD, "ImageReward", 3),
        /** PickScore: the cosine times the logit scale, around 20. */
        PICK_SCORE(Judge.PICK_SCORE, "PickScore", 3),
        /** The second human preference score: a cosine, around 0.27. */
        HPS(Judge.HPS, "HPSv2", 4),
        /** Returns how much the picture would be preferred as one of its text, by a model that was trained here. */
        PREFERENCE(Judge.PREFERENCE, "preference score", 2);

        private final Judge judge;
        private final String title;
        private final int digits;

        Kind(Judge judge, String title, int digits) {
            this.judge = judge;
            this.title = title;
            this.digits = digits;
        }

        /** Returns the judge that gives the score. */
        public Judge judge() {
            return judge;
        }
    }

    /** Returns the score with this {@link #key}; empty if no judge gives one. */
    public static Optional<Score> of(String key) {
        return Arrays.stream(Kind.values())
                .filter(kind -> key.equals(kind.judge.folder()) || key.startsWith(kind.judge.folder() + "-"))
                .map(kind -> new Score(
                        kind,
                        key.substring(Math.min(key.length(), kind.judge.folder().length() + 1))))
                .findFirst();
    }

    /** Returns the name of the judge's folder, which is also that of the score in files. */
    public String key() {
        return variant.isEmpty() ? kind.judge.folder() : kind.judge.folder() + "-" + variant;
    }

    /** Returns the title of the score's row or column in a report. */
    public String title() {
        return variant.isEmpty() ? kind.title : "%s (%s)".formatted(kind.title, variant);
    }

    /** Returns the decimal places that a mean of the score is printed with. */
    public int digits() {
        return kind.digits;
    }

    @Override
    public int compareTo(Score other) {
        return ORDER.compare(this, other);
    }
}

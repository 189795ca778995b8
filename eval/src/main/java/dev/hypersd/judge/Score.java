package dev.hypersd.judge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * A score of a picture for a text by a judge; higher is better. Scores of different judges cannot be compared. The
 * order is that of reports.
 *
 * @param kind the kind of the score
 * @param variant distinguishes several judges of a kind: {@code "g-14"} for the CLIP in the folder {@code clip-g-14};
 *     empty for the one in {@code clip}
 */
public record Score(Kind kind, String variant) implements Comparable<Score> {
    public static final Score CLIP = new Score(Kind.CLIP, "");
    public static final Score AESTHETIC = new Score(Kind.AESTHETIC, "");
    public static final Score PREFERENCE = new Score(Kind.PREFERENCE, "");

    private static final Comparator<Score> ORDER =
            Comparator.comparing(Score::kind).thenComparing(Score::variant);

    /** The kinds of scores. */
    public enum Kind {
        /** 100 times the cosine of the picture's and the text's CLIP embeddings. */
        CLIP(Judge.CLIP, "CLIP score", 2),
        /** The aesthetic score: the quality of the picture, whatever it shows. */
        AESTHETIC(Judge.AESTHETIC, "aesthetic score", 2),
        /** ImageReward: how much people would prefer the picture for its text, in standard deviations from the mean. */
        IMAGE_REWARD(Judge.IMAGE_REWARD, "ImageReward", 3),
        /** PickScore: the cosine times the logit scale, around 20. */
        PICK_SCORE(Judge.PICK_SCORE, "PickScore", 3),
        /** The second human preference score: a cosine, around 0.27. */
        HPS(Judge.HPS, "HPSv2", 4),
        /**
         * The score of a preference model that was trained here: how much people would prefer the picture for its text.
         */
        PREFERENCE(Judge.PREFERENCE, "preference score", 2);

        private final Judge judge;
        private final String title;
        private final int digits;

        Kind(Judge judge, String title, int digits) {
            this.judge = judge;
            this.title = title;
            this.digits = digits;
        }

        /** Returns the judge of the score. */
        public Judge judge() {
            return judge;
        }
    }

    /** Returns the score with this {@link #key}; empty if there is none. */
    public static Optional<Score> of(String key) {
        return Arrays.stream(Kind.values())
                .filter(kind -> key.equals(kind.judge.folder()) || key.startsWith(kind.judge.folder() + "-"))
                .map(kind -> new Score(
                        kind,
                        key.substring(Math.min(key.length(), kind.judge.folder().length() + 1))))
                .findFirst();
    }

    /** Returns the name of the judge's folder, which is also the name of the score in files. */
    public String key() {
        return variant.isEmpty() ? kind.judge.folder() : kind.judge.folder() + "-" + variant;
    }

    /** Returns the title of its row or column in reports. */
    public String title() {
        return variant.isEmpty() ? kind.title : "%s (%s)".formatted(kind.title, variant);
    }

    /** Returns the number of decimal places of its mean in reports. */
    public int digits() {
        return kind.digits;
    }

    @Override
    public int compareTo(Score other) {
        return ORDER.compare(this, other);
    }
}

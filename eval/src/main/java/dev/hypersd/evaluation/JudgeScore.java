package dev.hypersd.evaluation;

import java.util.Locale;

/** A score that a judge gives a picture; higher is better. */
public enum JudgeScore {
    /** 100 times the cosine of the picture's and the prompt's CLIP embeddings. */
    CLIP,
    /** How well the picture looks, whatever it shows. */
    AESTHETIC,
    /** How much the picture would be preferred as a picture of its prompt. */
    PREFERENCE;

    /** The title of the score's row or column in a report. */
    String title() {
        return (this == CLIP ? "CLIP" : key()) + " score";
    }

    /** The key of the score in a file of judgements. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}

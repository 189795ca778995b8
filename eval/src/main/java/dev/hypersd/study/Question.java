package dev.hypersd.study;

import dev.hypersd.error.InvalidRequestException;
import java.util.regex.Pattern;

/**
 * A question about each pair of pictures.
 *
 * @param name the name of its column in the results: at most 40 small letters, digits and underscores
 * @param text the text that raters read, at most 300 characters
 */
public record Question(String name, String text) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");
    private static final int LONGEST_TEXT = 300;

    /** The question of a study whose recipe names none. */
    public static final Question PREFERENCE = new Question("preference", "Which picture is better?");

    public Question {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequestException(
                    "the name of a question is \"%s\"; it takes small letters, digits and underscores, 40 at most"
                            .formatted(name));
        }
        if (text.isBlank() || text.length() > LONGEST_TEXT) {
            throw new InvalidRequestException("the text of the question \"%s\" has %d characters, it must have 1 to %d"
                    .formatted(name, text.strip().length(), LONGEST_TEXT));
        }
    }
}

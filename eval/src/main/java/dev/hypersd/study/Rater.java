package dev.hypersd.study;

import dev.hypersd.error.InvalidRequestException;
import java.util.regex.Pattern;

/**
 * A person who votes in a study.
 *
 * @param id 32 hexadecimal digits, a random number of the rater's browser
 * @param name the name that the rater has given; empty if none
 */
public record Rater(String id, String name) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /** None of these characters has a special meaning in Markdown tables, in spreadsheets or in HTML. */
    private static final Pattern NAME = Pattern.compile("|[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} .'_-]{0,39}");

    public Rater {
        if (!ID.matcher(id).matches()) {
            throw new InvalidRequestException("the id of a rater has 32 hexadecimal digits in small letters");
        }
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequestException(
                    "a name has at most 40 letters, digits, spaces, dots, apostrophes and hyphens, and begins with a "
                            + "letter or a digit");
        }
    }

    /** Returns the name, or the first digits of the id where there is none. */
    public String label() {
        return name.isEmpty() ? id.substring(0, 8) : name;
    }
}

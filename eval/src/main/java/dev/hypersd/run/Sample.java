package dev.hypersd.run;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sheet of sample pictures of a run.
 *
 * @param step the step at which it was drawn
 * @param name what it shows, such as {@code samples}
 * @param file the name of its file in the folder {@code samples} of the run
 */
public record Sample(long step, String name, String file) {
    private static final Pattern FILE = Pattern.compile("step-(\\d{1,18})-([^/\\\\\\p{Cntrl}]{1,100})\\.png");

    /** Returns the sheet in the file of this name; empty if the name is none of a sheet. */
    static Optional<Sample> of(String file) {
        Matcher matcher = FILE.matcher(file);
        return matcher.matches()
                ? Optional.of(new Sample(Long.parseLong(matcher.group(1)), matcher.group(2), file))
                : Optional.empty();
    }
}

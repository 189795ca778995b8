package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The choice of one of an image's several captions, and of the order of the images. Papers that draw captions of COCO
 * seldom state it, and their scores depend on it.
 *
 * @param seed the seed of a random choice; if empty, the first caption of each image is taken
 */
public record CaptionChoice(OptionalLong seed) {
    private static final Pattern RANDOM = Pattern.compile("random:(\\d{1,18})");

    /** The caption with the lowest number of each image, in the order of the images' numbers. */
    public static final CaptionChoice FIRST = new CaptionChoice(OptionalLong.empty());

    /**
     * Chooses a random caption of each image, and a random order of the images, both by the seed; the first of them are
     * a random sample.
     */
    public static CaptionChoice random(long seed) {
        return new CaptionChoice(OptionalLong.of(seed));
    }

    /**
     * Parses {@code first} or {@code random:SEED}.
     *
     * @throws InvalidRequestException for any other text
     */
    public static CaptionChoice parse(String text) {
        Matcher matcher = RANDOM.matcher(text);
        if (matcher.matches()) {
            return random(Long.parseLong(matcher.group(1)));
        }
        if (text.equals("first")) {
            return FIRST;
        }
        throw new InvalidRequestException(
                "captions are chosen by first or random:SEED, such as random:0, not \"%s\"".formatted(text));
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        return seed.isPresent() ? "random:" + seed.getAsLong() : "first";
    }
}

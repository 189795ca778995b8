package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of an image's several captions is taken, and in which order images come. Papers that draw captions of COCO seldom
 * say, and their scores depend on it.
 *
 * @param seed of a random choice; absent means the first caption of each image
 */
public record CaptionChoice(OptionalLong seed) {
    private static final Pattern RANDOM = Pattern.compile("random:(\\d{1,18})");

    /** The caption with the lowest number of each image, images by their numbers. */
    public static final CaptionChoice FIRST = new CaptionChoice(OptionalLong.empty());

    /**
     * Returns any caption of each image, images in any order, both as the seed decides: the first of them are a random sample.
     */
    public static CaptionChoice random(long seed) {
        return new CaptionChoice(OptionalLong.of(seed));
    }

    /**
     * Returns the choice that {@code first} or {@code random:SEED} names.
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

    /** Returns what {@link #parse} reads. */
    @Override
    public String toString() {
        return seed.isPresent() ? "random:" + seed.getAsLong() : "first";
    }
}

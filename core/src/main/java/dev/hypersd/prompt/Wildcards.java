package dev.hypersd.prompt;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expands wildcards in prompts: {@code __name__} stands for a line of the file {@code name.txt}, chosen anew for each
 * seed. Lines may contain wildcards; empty lines and those that begin with {@code #} are ignored.
 */
public final class Wildcards {
    /** The syntax of a wildcard. A name has no dots, so it cannot lead out of the folder. */
    private static final Pattern WILDCARD = Pattern.compile("__([\\p{L}\\p{N}]+(?:[_/-][\\p{L}\\p{N}]+)*)__");

    private static final int MOST_ROUNDS = 8;
    private static final long LARGEST = 16 << 20;

    private Wildcards() {}

    /**
     * Returns {@code prompt} with a line in place of every wildcard. The same seed gives the same lines.
     *
     * @param folder the folder with the files
     * @throws InvalidFileException if a wildcard has no file, or its file has no lines
     * @throws InvalidRequestException if wildcards refer to each other endlessly
     */
    public static String fill(String prompt, Path folder, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String filled = prompt;
        for (int round = 0; WILDCARD.matcher(filled).find(); round++) {
            if (round == MOST_ROUNDS) {
                throw new InvalidRequestException(
                        "the wildcards of \"%s\" stand for others more than %d times over; do they name each other?"
                                .formatted(prompt, MOST_ROUNDS));
            }
            filled = WILDCARD.matcher(filled)
                    .replaceAll(found ->
                            Matcher.quoteReplacement(pick(lines(folder.resolve(found.group(1) + ".txt")), random)));
        }
        return filled;
    }

    private static String pick(List<String> lines, SplittableRandom random) {
        return lines.get(random.nextInt(lines.size()));
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidFileException(file, "is larger than any list of words for a wildcard");
            }
            List<String> lines = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            if (lines.isEmpty()) {
                throw new InvalidFileException(file, "has no lines to choose from");
            }
            return lines;
        } catch (IOException e) {
            throw new InvalidFileException(file, "not found or not readable; a wildcard in the prompt names it", e);
        }
    }
}

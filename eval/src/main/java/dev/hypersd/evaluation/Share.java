package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One of several equal parts of an evaluation, written {@code 3/8}.
 *
 * @param number its number, from 1
 * @param count how many there are
 */
public record Share(int number, int count) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,5})/([1-9]\\d{0,5})");

    /**
     * Parses {@code number/count}.
     *
     * @throws InvalidRequestException if the text is another, or the number is above the count
     */
    public static Share parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(1)) > Integer.parseInt(form.group(2))) {
            throw new InvalidRequestException(
                    "a share is written NUMBER/COUNT, for example 3/8, not \"%s\"".formatted(text));
        }
        return new Share(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    }

    /** Returns the index of the first of {@code size} elements in this share, which begins a batch. */
    int from(int size, int batch) {
        return edge(number - 1L, size, batch);
    }

    /** Returns the index after its last element. */
    int to(int size, int batch) {
        return edge(number, size, batch);
    }

    private int edge(long shares, int size, int batch) {
        return shares == count ? size : (int) (size * shares / count / batch * batch);
    }

    /** Returns the name of the folder of the share. */
    public String folder() {
        return "%d-of-%d".formatted(number, count);
    }

    /** Returns the folders in {@code shares}, which are those of the shares that were judged, if there are any. */
    public static List<Path> folders(Path shares) {
        if (!Files.isDirectory(shares)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(shares)) {
            return all.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new InvalidFileException(shares, "cannot be listed: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "%d/%d".formatted(number, count);
    }
}

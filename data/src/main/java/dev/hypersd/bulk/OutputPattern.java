package dev.hypersd.bulk;

import dev.hypersd.request.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pattern for the paths of pictures, in which {@code {seed}} and {@code {index}} stand for the seed and the number of
 * the picture.
 *
 * <p>With several pictures and neither placeholder, the number is inserted before the extension: {@code out.png}
 * becomes {@code out-1.png}, {@code out-2.png}. In an existing directory the files are called {@code
 * hypersd-{seed}.png}.
 *
 * @param pattern the pattern as the user wrote it
 */
public record OutputPattern(String pattern) {
    private static final String SEED = "{seed}";
    private static final String INDEX = "{index}";

    /**
     * Returns the path of a picture.
     *
     * @param index the number of the picture, from 1
     * @param count the number of pictures
     */
    public Path path(long seed, long index, long count) {
        String file = Files.isDirectory(Path.of(pattern))
                ? Path.of(pattern, "hypersd-{seed}.png").toString()
                : pattern;
        if (count > 1 && !file.contains(SEED) && !file.contains(INDEX)) {
            int dot = file.lastIndexOf('.');
            boolean extension = dot > Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
            file = extension ? file.substring(0, dot) + "-{index}" + file.substring(dot) : file + "-{index}";
        }
        return Path.of(file.replace(SEED, Seeds.text(seed)).replace(INDEX, Long.toString(index)));
    }

    /** Returns whether the number of a picture is part of its path, if there are {@code count} pictures. */
    boolean hasIndex(long count) {
        return count == 1 || pattern.contains(INDEX) || !pattern.contains(SEED);
    }
}

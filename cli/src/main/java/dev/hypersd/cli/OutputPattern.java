package dev.hypersd.cli;

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
record OutputPattern(String pattern) {
    /**
     * Returns the path of a picture.
     *
     * @param index the number of the picture, from 1
     * @param count the number of pictures
     */
    Path path(long seed, int index, int count) {
        String file = Files.isDirectory(Path.of(pattern))
                ? Path.of(pattern, "hypersd-{seed}.png").toString()
                : pattern;
        if (count > 1 && !file.contains("{seed}") && !file.contains("{index}")) {
            int dot = file.lastIndexOf('.');
            boolean extension = dot > Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
            file = extension ? file.substring(0, dot) + "-{index}" + file.substring(dot) : file + "-{index}";
        }
        return Path.of(file.replace("{seed}", Seeds.text(seed)).replace("{index}", Integer.toString(index)));
    }
}

package dev.hypersd.run;

import java.nio.file.Path;
import java.util.SortedMap;

/** Reads the recipe that lies in the folder of a run. */
@FunctionalInterface
public interface RecipeReader {
    /**
     * Returns the values of a recipe as text, by the paths of their keys, such as {@code training.steps}.
     *
     * @throws dev.hypersd.error.InvalidFileException if the file is no recipe
     */
    SortedMap<String, String> read(Path file);
}

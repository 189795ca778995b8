package dev.hypersd.recipe;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Shows the recipe that lies in the folder of a run, whatever it trains and whichever version has written it. */
public final class RecipeKeys {
    private RecipeKeys() {}

    /**
     * Returns the values of a recipe as text, by the paths of their keys, such as {@code training.steps}. The
     * defaults that a resolved recipe has in comments are among them. No other file is read, so that {@code extends} is
     * a key like any other.
     *
     * @throws dev.hypersd.error.InvalidFileException if the file is missing, not YAML, or not a mapping
     */
    public static SortedMap<String, String> of(Path file) {
        SortedMap<String, String> keys = new TreeMap<>();
        String text = RecipeFile.text(file);
        int end = text.indexOf(RunIdentity.DEFAULTS);
        if (end >= 0) {
            String defaults =
                    text.substring(end + RunIdentity.DEFAULTS.length()).replaceAll("(?m)^# ", "");
            if (!defaults.isBlank()) {
                collect("", RecipeFile.mapping(file, defaults), keys);
            }
        }
        collect("", RecipeFile.mapping(file, text), keys);
        return keys;
    }

    private static void collect(String prefix, JsonNode section, SortedMap<String, String> keys) {
        section.properties().forEach(entry -> {
            String path = prefix + entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isObject() && !value.isEmpty()) {
                collect(path + ".", value, keys);
            } else {
                keys.put(path, value.isString() ? value.asString() : value.toString());
            }
        });
    }
}

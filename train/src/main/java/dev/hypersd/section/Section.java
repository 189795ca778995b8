package dev.hypersd.section;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A mapping of a recipe, read by key, type and range. */
public final class Section {
    private final JsonObject keys;
    private final String prefix;
    private final ObjectNode values;
    private final SortedMap<String, Path> paths;

    /**
     * What was read of a recipe.
     *
     * @param given the keys that it has
     * @param tree all keys that were read, with their values or defaults
     * @param paths the values that are paths, by keys such as {@code finetune.latents} or {@code data.sources.0.folder}
     */
    public record Resolved(ObjectNode given, ObjectNode tree, SortedMap<String, Path> paths) {}

    public Section(JsonObject keys) {
        this(keys, "", Json.MAPPER.createObjectNode(), new TreeMap<>());
    }

    private Section(JsonObject keys, String prefix, ObjectNode values, SortedMap<String, Path> paths) {
        this.keys = keys;
        this.prefix = prefix;
        this.values = values;
        this.paths = paths;
    }

    /** Returns what was read so far of this section and those within it. */
    public Resolved resolved() {
        ObjectNode tree = values.deepCopy();
        removeEmpty(tree);
        ObjectNode given = (ObjectNode) Json.MAPPER.readTree(keys.bytes());
        return new Resolved(given, tree, new TreeMap<>(paths));
    }

    private static void removeEmpty(ObjectNode tree) {
        tree.properties().removeIf(entry -> {
            if (entry.getValue() instanceof ObjectNode inner) {
                removeEmpty(inner);
                return inner.isEmpty();
            }
            return false;
        });
    }

    /** Returns the section {@code key}; an empty one if it is absent. */
    public Section section(String key) {
        ObjectNode inner = values.get(key) instanceof ObjectNode known ? known : values.putObject(key);
        return new Section(keys.section(key), prefix + key + ".", inner, paths);
    }

    /** Returns a list of sections; empty if the key is absent. */
    public List<Section> sections(String key) {
        if (!has(key)) {
            return List.of();
        }
        ArrayNode list = values.putArray(key);
        List<Section> sections = new ArrayList<>();
        for (JsonObject object : keys.objects(key)) {
            String place = "%s%s.%d.".formatted(prefix, key, sections.size());
            sections.add(new Section(object, place, list.addObject(), paths));
        }
        return sections;
    }

    /** Returns a list of texts and of sections, each as its reader makes it; empty if the key is absent. */
    public <T> List<T> entries(String key, Function<String, T> ofText, Function<Section, T> ofSection) {
        if (!has(key)) {
            return List.of();
        }
        ArrayNode list = values.putArray(key);
        return keys.entries(
                key,
                text -> {
                    list.add(text);
                    return ofText.apply(text);
                },
                object -> {
                    String place = "%s%s.%d.".formatted(prefix, key, list.size());
                    return ofSection.apply(new Section(object, place, list.addObject(), paths));
                });
    }

    /** Returns a text; the key must be present. */
    public String text(String key) {
        String text = keys.optionalString(key).orElseThrow(() -> keys.invalid(key, "is missing"));
        values.put(key, text);
        return text;
    }

    /** Returns a list of texts; empty if the key is absent. */
    public List<String> texts(String key) {
        List<String> texts = keys.strings(key, List.of());
        if (has(key)) {
            ArrayNode list = values.putArray(key);
            texts.forEach(list::add);
        }
        return texts;
    }

    /** Returns a path; the key must be present. */
    public Path path(String key) {
        Path path = Path.of(text(key));
        paths.put(prefix + key, path);
        return path;
    }

    /** Returns a path, if there is one. */
    public Optional<Path> optionalPath(String key) {
        return has(key) ? Optional.of(path(key)) : Optional.empty();
    }

    /** Returns a regular expression. */
    public Pattern pattern(String key, String absent) {
        String expression = has(key) ? text(key) : absent;
        values.put(key, expression);
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw keys.invalid(key, "is \"%s\", no regular expression: %s".formatted(expression, e.getDescription()));
        }
    }

    /**
     * Returns the choice that the word at {@code key} names.
     *
     * @param absent the word that is assumed if the key is absent
     * @param choices by their words
     */
    public <T> T choice(String key, String absent, SequencedMap<String, T> choices) {
        String word = has(key) ? text(key) : absent;
        values.put(key, word);
        T choice = choices.get(word);
        if (choice == null) {
            throw keys.invalid(key, "is \"%s\", known are %s".formatted(word, String.join(", ", choices.keySet())));
        }
        return choice;
    }

    /** Returns an enum constant, written in lower case in recipes. */
    public <E extends Enum<E>> E one(String key, E absent) {
        E constant = has(key) ? constant(key, text(key), absent.getDeclaringClass()) : absent;
        values.put(key, word(constant));
        return constant;
    }

    /** Returns a set of constants of {@code type}, at least one; all of them if the key is absent. */
    public <E extends Enum<E>> Set<E> some(String key, Class<E> type) {
        List<String> words = texts(key);
        if (has(key) && words.isEmpty()) {
            throw keys.invalid(key, "is empty, known are " + known(type));
        }
        Set<E> constants = EnumSet.noneOf(type);
        words.forEach(word -> constants.add(constant(key, word, type)));
        Set<E> all = words.isEmpty() ? EnumSet.allOf(type) : constants;
        ArrayNode list = values.putArray(key);
        all.forEach(constant -> list.add(word(constant)));
        return all;
    }

    private <E extends Enum<E>> E constant(String key, String word, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(() -> keys.invalid(key, "is \"%s\", known are %s".formatted(word, known(type))));
    }

    private static <E extends Enum<E>> String known(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Section::word).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Returns a whole number of at least {@code least}. */
    public int count(String key, int absent, int least) {
        int value = keys.integer(key, absent);
        if (value < least) {
            throw keys.invalid(key, "is " + value + ", it must be at least " + least);
        }
        values.put(key, value);
        return value;
    }

    /** Returns a whole number of at least {@code least}, if there is one. */
    public OptionalInt optionalCount(String key, int least) {
        return has(key) ? OptionalInt.of(count(key, least, least)) : OptionalInt.empty();
    }

    /** Returns a list of whole numbers. */
    public List<Integer> counts(String key, List<Integer> absent) {
        List<Integer> numbers = keys.integers(key, absent);
        if (has(key) || !numbers.isEmpty()) {
            ArrayNode list = values.putArray(key);
            numbers.forEach(list::add);
        }
        return numbers;
    }

    /** Returns a number from {@code least} to {@code most}. */
    public double number(String key, double absent, double least, double most) {
        double value = keys.number(key, absent);
        if (!(value >= least && value <= most)) {
            throw keys.invalid(key, "is " + value + ", it must be between " + least + " and " + most);
        }
        if (Double.isFinite(value)) {
            values.put(key, value);
        } else {
            values.put(key, Double.toString(value)); // JSON has no such number, and reads it back as a text.
        }
        return value;
    }

    /** Returns a truth value. */
    public boolean flag(String key, boolean absent) {
        boolean flag = keys.flag(key, absent);
        values.put(key, flag);
        return flag;
    }

    /** Returns whether the value is a text. */
    public boolean isText(String key) {
        return keys.isString(key);
    }

    /** Returns whether the value is a section. */
    public boolean isSection(String key) {
        return keys.isObject(key);
    }

    /** Returns whether the value is a list. */
    public boolean isList(String key) {
        return keys.isList(key);
    }

    /**
     * Reads the keys as options of pictures, in the JSON form of {@link GenerationOptions}.
     *
     * @param except the keys that are not such options
     * @param folder the folder of the pictures whose file names are relative; data URLs are pictures too
     */
    public GenerationOptions options(List<String> except, Path folder) {
        JsonObject said = keys;
        for (String key : except) {
            said = said.without(key);
        }
        return GenerationOptions.of(said, (_, text) -> PictureSource.named(text, folder));
    }

    /** Returns whether the key is present. */
    public boolean has(String key) {
        return keys.has(key);
    }

    /** Returns the exception for an invalid value. */
    public InvalidFileException invalid(String key, String reason) {
        return keys.invalid(key, reason);
    }

    /** Refuses keys that were not read. */
    public void refuseUnread() {
        keys.refuseUnread();
    }
}

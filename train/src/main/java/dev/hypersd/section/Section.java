package dev.hypersd.section;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** A mapping of a recipe, read by key, type and range. */
public final class Section {
    private final JsonObject keys;

    public Section(JsonObject keys) {
        this.keys = keys;
    }

    /** Returns the section {@code key}; an empty one if it is absent. */
    public Section section(String key) {
        return new Section(keys.section(key));
    }

    /** Returns a list of sections; empty if the key is absent. */
    public List<Section> sections(String key) {
        return keys.objects(key).stream().map(Section::new).toList();
    }

    /** Returns a text; the key must be present. */
    public String text(String key) {
        return keys.optionalString(key).orElseThrow(() -> keys.invalid(key, "is missing"));
    }

    /** Returns a list of texts; empty if the key is absent. */
    public List<String> texts(String key) {
        return keys.strings(key, List.of());
    }

    /** Returns a path; the key must be present. */
    public Path path(String key) {
        return Path.of(text(key));
    }

    /** Returns a path, if there is one. */
    public Optional<Path> optionalPath(String key) {
        return has(key) ? Optional.of(path(key)) : Optional.empty();
    }

    /** Returns a regular expression. */
    public Pattern pattern(String key, String absent) {
        String expression = has(key) ? text(key) : absent;
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
        T choice = choices.get(word);
        if (choice == null) {
            throw keys.invalid(key, "is \"%s\", known are %s".formatted(word, String.join(", ", choices.keySet())));
        }
        return choice;
    }

    /** Returns an enum constant, written in lower case in recipes. */
    public <E extends Enum<E>> E one(String key, E absent) {
        return has(key) ? constant(key, text(key), absent.getDeclaringClass()) : absent;
    }

    /** Returns a set of constants of {@code type}, at least one; all of them if the key is absent. */
    public <E extends Enum<E>> Set<E> some(String key, Class<E> type) {
        List<String> words = texts(key);
        if (has(key) && words.isEmpty()) {
            throw keys.invalid(key, "is empty, known are " + known(type));
        }
        Set<E> constants = EnumSet.noneOf(type);
        words.forEach(word -> constants.add(constant(key, word, type)));
        return words.isEmpty() ? EnumSet.allOf(type) : constants;
    }

    private <E extends Enum<E>> E constant(String key, String word, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(() -> keys.invalid(key, "is \"%s\", known are %s".formatted(word, known(type))));
    }

    private static <E extends Enum<E>> String known(Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** Returns a whole number of at least {@code least}. */
    public int count(String key, int absent, int least) {
        int value = keys.integer(key, absent);
        if (value < least) {
            throw keys.invalid(key, "is " + value + ", it must be at least " + least);
        }
        return value;
    }

    /** Returns a whole number of at least {@code least}, if there is one. */
    public OptionalInt optionalCount(String key, int least) {
        return has(key) ? OptionalInt.of(count(key, least, least)) : OptionalInt.empty();
    }

    /** Returns a list of whole numbers. */
    public List<Integer> counts(String key, List<Integer> absent) {
        return keys.integers(key, absent);
    }

    /** Returns a number from {@code least} to {@code most}. */
    public double number(String key, double absent, double least, double most) {
        double value = keys.number(key, absent);
        if (!(value >= least && value <= most)) {
            throw keys.invalid(key, "is " + value + ", it must be between " + least + " and " + most);
        }
        return value;
    }

    /** Returns a truth value. */
    public boolean flag(String key, boolean absent) {
        return keys.flag(key, absent);
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

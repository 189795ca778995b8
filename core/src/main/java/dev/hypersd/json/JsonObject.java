package dev.hypersd.json;

import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.Nearest;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that was read from a file, with typed access to its keys.
 *
 * <p>Each accessor takes the value to use where the key is absent or null. A value of another type is refused with a
 * message that names the file, the key, what was expected and what was found.
 */
public final class JsonObject {
    private static final Pattern UNSIGNED = Pattern.compile("\\d{1,20}");

    private static final System.Logger LOG = System.getLogger("dev.hypersd.json");

    private final Path file;
    private final String path;
    private final JsonNode node;
    private final Set<String> readKeys;
    private final boolean lenient;

    JsonObject(Path file, String path, JsonNode node) {
        this(file, path, node, ConcurrentHashMap.newKeySet(), false);
    }

    /**
     * Creates an object that is one of several in a file.
     *
     * @param place its place in the file for messages, such as {@code line 3}
     */
    public static JsonObject at(Path file, String place, ObjectNode node) {
        return new JsonObject(file, place + ": ", node);
    }

    private JsonObject(Path file, String path, JsonNode node, Set<String> readKeys, boolean lenient) {
        this.file = file;
        this.path = path;
        this.node = node;
        this.readKeys = readKeys;
        this.lenient = lenient;
    }

    /**
     * Returns the same object read leniently: numbers, truth values, lists and objects may also be strings that contain
     * them, and whole numbers may end in {@code .0}. Both share the record of the keys that were read.
     */
    public JsonObject lenient() {
        return new JsonObject(file, path, node, readKeys, true);
    }

    /** Returns the file that this object was read from. */
    public Path file() {
        return file;
    }

    /** Returns a copy with {@code value} at {@code key}. */
    public JsonObject with(String key, int value) {
        return changed(copy -> copy.put(key, value));
    }

    /** Returns a copy with {@code value} at {@code key}. */
    public JsonObject with(String key, boolean value) {
        return changed(copy -> copy.put(key, value));
    }

    /** Returns a copy with {@code value} at {@code key}. */
    public JsonObject with(String key, String value) {
        return changed(copy -> copy.put(key, value));
    }

    /** Returns the same object without {@code key}. Both share the record of the keys that were read. */
    public JsonObject without(String key) {
        ObjectNode less = (ObjectNode) node.deepCopy();
        less.remove(key);
        return new JsonObject(file, path, less, readKeys, lenient);
    }

    private JsonObject changed(Consumer<ObjectNode> change) {
        ObjectNode copy = (ObjectNode) node.deepCopy();
        change.accept(copy);
        return new JsonObject(file, path, copy, ConcurrentHashMap.newKeySet(), lenient);
    }

    private JsonObject inner(String key, JsonNode value) {
        return new JsonObject(file, path + key + ".", value, ConcurrentHashMap.newKeySet(), lenient);
    }

    /** Returns {@code found}, or in a lenient object the value that it contains as a string. */
    private JsonNode written(JsonNode found) {
        if (!lenient || !found.isString() || found.asString().isBlank()) {
            return found;
        }
        String text = found.asString().strip();
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return BooleanNode.valueOf(text.equalsIgnoreCase("true"));
        }
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            return found; // The caller refuses it as the string that it is.
        }
    }

    /** Returns the object as JSON text. */
    public byte[] bytes() {
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
    }

    /** Returns all keys, in the order of the file. */
    public Collection<String> keys() {
        return node.propertyNames();
    }

    /** Returns whether {@code key} is present and not null. */
    public boolean has(String key) {
        readKeys.add(key);
        return node.hasNonNull(key);
    }

    /** Returns the string at {@code key}. */
    public String string(String key, String absent) {
        return optionalString(key).orElse(absent);
    }

    /** Returns the string at {@code key}, if there is one. */
    public Optional<String> optionalString(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode value = node.get(key);
        return Optional.of(value.isString() ? value.asString() : refuse(key, "a string", value));
    }

    /** Returns the whole number at {@code key}. */
    public int integer(String key, int absent) {
        return has(key) ? integer(key, node.get(key)) : absent;
    }

    /**
     * Returns the whole number at {@code key} as unsigned 64 bits. It may also be a string of digits, because programs
     * in JavaScript cannot write every such number.
     */
    public long unsignedNumber(String key, long absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode value = node.get(key);
        boolean isText = value.isString() && UNSIGNED.matcher(value.asString()).matches();
        BigInteger number = isText
                ? new BigInteger(value.asString())
                : value.isIntegralNumber() ? value.bigIntegerValue() : BigInteger.ONE.negate();
        return number.signum() >= 0 && number.bitLength() <= Long.SIZE
                ? number.longValue()
                : refuse(key, "a whole number from 0 to 18446744073709551615", value);
    }

    /** Returns whether the value at {@code key} is a number below 0. */
    public boolean isNegative(String key) {
        return has(key)
                && written(node.get(key)).isNumber()
                && written(node.get(key)).doubleValue() < 0;
    }

    /** Returns whether the value at {@code key} is a number, and neither infinite nor NaN. */
    public boolean isFinite(String key) {
        return has(key)
                && written(node.get(key)).isNumber()
                && Double.isFinite(written(node.get(key)).doubleValue());
    }

    /** Returns the whole number at {@code key}, which must be 1 or more. */
    public int positive(String key, int absent) {
        int value = integer(key, absent);
        if (value < 1) {
            throw invalid(key, "must be a positive number, not " + value);
        }
        return value;
    }

    /** Returns the number at {@code key}. */
    public double number(String key, double absent) {
        return has(key) ? number(key, node.get(key)) : absent;
    }

    /** Returns the truth value at {@code key}. */
    public boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode value = written(node.get(key));
        return value.isBoolean() ? value.booleanValue() : refuse(key, "true or false", value);
    }

    /** Returns the one of {@code choices} whose text is the string at {@code key}. */
    public <T> T choice(String key, T absent, List<T> choices, Function<T, String> text) {
        if (!has(key)) {
            return absent;
        }
        String value = string(key, "");
        return choices.stream()
                .filter(choice -> text.apply(choice).equals(value))
                .findFirst()
                .orElseThrow(() -> invalid(
                        key,
                        "must be %s, not %s"
                                .formatted(
                                        alternatives(choices.stream().map(text).toList()), Json.quote(value))));
    }

    /** Joins names to {@code a, b or c}. */
    private static String alternatives(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.getFirst() : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    /** Returns whether the value at {@code key} is a string. */
    public boolean isString(String key) {
        return has(key) && node.get(key).isString();
    }

    /** Returns whether the value at {@code key} is a list. */
    public boolean isList(String key) {
        return has(key) && written(node.get(key)).isArray();
    }

    /** Returns whether the value at {@code key} is an object. */
    public boolean isObject(String key) {
        return has(key) && written(node.get(key)).isObject();
    }

    /** Returns whether the value at {@code key} is absent, null, false, 0, or an empty string, list or object. */
    public boolean isEmpty(String key) {
        if (!has(key)) {
            return true;
        }
        JsonNode value = written(node.get(key));
        boolean isEmptyText = value.isString() && value.asString().isBlank();
        boolean isEmptyContainer = value.isContainer() && value.isEmpty();
        return isEmptyText || isEmptyContainer || matches(value, false) || matches(value, 0);
    }

    /** Returns whether the value at {@code key} is {@code value}: a string, {@link Boolean} or {@link Integer}. */
    public boolean is(String key, Object value) {
        return has(key) && matches(written(node.get(key)), value);
    }

    /** Returns the list of whole numbers at {@code key}. */
    public List<Integer> integers(String key, List<Integer> absent) {
        return has(key) ? list(key, node.get(key), "a list of whole numbers", this::integer) : absent;
    }

    /** Returns the list of numbers at {@code key}. */
    public List<Double> numbers(String key, List<Double> absent) {
        return has(key) ? list(key, node.get(key), "a list of numbers", this::number) : absent;
    }

    /** Returns the list of strings at {@code key}; null entries become empty strings. */
    public List<String> strings(String key, List<String> absent) {
        return has(key) ? strings(key, node.get(key)) : absent;
    }

    /**
     * Returns the list of lists of strings at {@code key}, empty where absent; an entry that is a plain string counts
     * as a list of one.
     */
    public List<List<String>> stringLists(String key) {
        return has(key)
                ? list(
                        key,
                        node.get(key),
                        "a list of strings or of lists of strings",
                        (k, v) -> v.isString() ? List.of(v.asString()) : strings(k, v))
                : List.of();
    }

    /**
     * Returns the object at {@code key}, or an empty one where it is absent. Messages name its keys as if it were
     * present.
     */
    public JsonObject section(String key) {
        return object(key)
                .orElseGet(() -> new JsonObject(file, path + key + ".", JsonNodeFactory.instance.objectNode()));
    }

    /** Returns the object at {@code key}, if there is one. */
    public Optional<JsonObject> object(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode value = written(node.get(key));
        return value.isObject() ? Optional.of(inner(key, value)) : Optional.of(refuse(key, "an object", value));
    }

    /** Returns the list at {@code key} of strings and of objects, each as its reader makes it; empty where absent. */
    public <T> List<T> entries(String key, Function<String, T> ofString, Function<JsonObject, T> ofObject) {
        return has(key)
                ? list(
                        key,
                        node.get(key),
                        "a list of strings or objects",
                        (k, v) -> v.isString()
                                ? ofString.apply(v.asString())
                                : ofObject.apply(v.isObject() ? inner(k, v) : refuse(k, "a string or an object", v)))
                : List.of();
    }

    /** Returns the list of objects at {@code key}. */
    public List<JsonObject> objects(String key) {
        return has(key)
                ? list(
                        key,
                        node.get(key),
                        "a list of objects",
                        (k, v) -> v.isObject() ? inner(k, v) : refuse(k, "an object", v))
                : List.of();
    }

    /**
     * Resolves the file name {@code name}, which this file mentions, in the directory of this file. Symbolic links are
     * followed, since the cache of the Hugging Face hub consists of them. A name that leads outside of the directory is
     * refused.
     */
    public Path sibling(String name) {
        List<String> steps = List.of(name.split("/", -1));
        boolean plain =
                name.indexOf('\\') < 0 && name.indexOf(':') < 0 && name.chars().noneMatch(Character::isISOControl);
        if (!plain || steps.contains("") || steps.contains(".") || steps.contains("..")) {
            throw new InvalidFileException(
                    file,
                    "names " + Json.quote(name)
                            + ", which may lie outside of the directory; only plain names are followed");
        }
        return file.resolveSibling(name);
    }

    /**
     * Refuses any value at {@code key} other than {@code only}, for an option that changes the result and is not
     * implemented.
     *
     * @param only the only valid value, a string, a {@link Boolean} or an {@link Integer}, which is also assumed where
     *     the key is absent
     */
    public void expect(String key, Object only) {
        if (has(key) && !matches(node.get(key), only)) {
            throw invalid(key, "is " + Json.describe(node.get(key)) + "; only " + only + " is supported");
        }
    }

    /** Refuses any value at {@code key}, for an option that changes the result and is not implemented. */
    public void expectNone(String key) {
        if (has(key)) {
            throw invalid(key, "is " + Json.describe(node.get(key)) + "; this option is not supported");
        }
    }

    /** Marks {@code keys} as read without reading them, for options that do not affect the result. */
    public void ignore(String... keys) {
        readKeys.addAll(List.of(keys));
    }

    /** Returns the keys that were not read. */
    public List<String> unread() {
        return keys().stream().filter(key -> !readKeys.contains(key)).toList();
    }

    /** Returns the key that was read and is nearest to {@code key}; empty if no key was read. */
    public Optional<String> nearestRead(String key) {
        return readKeys.isEmpty() ? Optional.empty() : Optional.of(Nearest.of(key, readKeys));
    }

    /** Logs a warning that names the keys that were not read, except those with a leading underscore. */
    public void warnOfUnread() {
        List<String> unread =
                unread().stream().filter(key -> !key.startsWith("_")).toList();
        if (!unread.isEmpty()) {
            LOG.log(WARNING, "{0}: unknown keys are ignored: {1}", file, unread);
        }
    }

    /**
     * Refuses keys that were not read.
     *
     * @throws InvalidFileException which names the first of them and the known key nearest to it
     */
    public void refuseUnread() {
        for (String key : unread()) {
            throw invalid(
                    key,
                    nearestRead(key)
                            .map("is unknown; do you mean %s?"::formatted)
                            .orElse("is unknown"));
        }
    }

    private static boolean matches(JsonNode value, Object only) {
        return switch (only) {
            case String text -> value.isString() && value.asString().equals(text);
            case Boolean flag -> value.isBoolean() && value.booleanValue() == flag;
            case Integer number -> value.isNumber() && value.doubleValue() == number;
            default -> throw new IllegalArgumentException("no JSON value compares with " + only);
        };
    }

    /** Returns the exception for a value of the right type that is not valid. */
    public InvalidFileException invalid(String key, String reason) {
        return new InvalidFileException(file, path + key + " " + reason);
    }

    private int integer(String key, JsonNode value) {
        JsonNode number = written(value);
        boolean isWhole = (number.isIntegralNumber() && number.canConvertToInt())
                || (lenient && number.isNumber() && number.doubleValue() == (int) number.doubleValue());
        return isWhole ? (int) number.doubleValue() : refuse(key, "a whole number", value);
    }

    private double number(String key, JsonNode value) {
        JsonNode number = written(value);
        return number.isNumber() && Double.isFinite(number.doubleValue())
                ? number.doubleValue()
                : refuse(key, "a number", value);
    }

    private List<String> strings(String key, JsonNode value) {
        return list(
                key,
                value,
                "a list of strings",
                (k, v) -> v.isNull() ? "" : v.isString() ? v.asString() : refuse(k, "a string", v));
    }

    private <T> List<T> list(String key, JsonNode value, String expected, Reader<T> reader) {
        JsonNode list = written(value);
        if (!list.isArray()) {
            return refuse(key, expected, value);
        }
        List<T> elements = new ArrayList<>();
        for (JsonNode element : list) {
            elements.add(reader.read(key + "[" + elements.size() + "]", element));
        }
        return List.copyOf(elements);
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // stands where a value of any type would
    private <T> T refuse(String key, String expected, JsonNode found) {
        throw invalid(key, "must be " + expected + ", not " + Json.describe(found));
    }

    private interface Reader<T> {
        T read(String key, JsonNode value);
    }
}

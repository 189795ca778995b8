package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Colours;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.PredictionType;
import java.awt.Color;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * The text and JSON formats of a type of option values.
 *
 * @param jsonType the JSON type of the value, as JSON Schema names it
 * @param expected what a text must be, for messages
 * @param parse parses a text of the command line or of infotext; throws any {@link RuntimeException} if it is invalid
 * @param text formats a value so that {@code parse} reads it
 * @param fromJson reads the value at a key
 * @param toJson formats a value as JSON
 */
record Format<T>(
        String jsonType,
        String expected,
        Function<String, T> parse,
        Function<T, String> text,
        BiFunction<JsonSource, String, T> fromJson,
        Function<T, JsonNode> toJson) {
    /**
     * The JSON object that values are read from.
     *
     * @param object the object
     * @param pictures makes a picture from the name of a field and its text
     */
    record JsonSource(JsonObject object, BiFunction<String, String, PictureSource> pictures) {}

    static final Format<String> TEXT = new Format<>(
            "string",
            "a text",
            text -> text,
            text -> text,
            (json, key) -> json.object().string(key, ""),
            Format::node);

    /**
     * The format of samplers: any of a sampler's names is read, its short name is written. Unknown names are kept until
     * the options are resolved.
     */
    static final Format<String> SAMPLER = new Format<>(
            "string",
            "the name of a sampler",
            Format::samplerName,
            name -> name,
            (json, key) -> samplerName(json.object().string(key, "")),
            Format::node);

    static final Format<Integer> WHOLE = new Format<>(
            "integer",
            "a whole number",
            Integer::valueOf,
            String::valueOf,
            (json, key) -> json.object().integer(key, 0),
            Format::node);

    static final Format<Long> SEED = new Format<>(
            "integer",
            "a whole number from 0 to " + Seeds.text(Seeds.LAST),
            Long::parseUnsignedLong,
            Seeds::text,
            (json, key) -> json.object().unsignedNumber(key, 0),
            seed -> node(Seeds.number(seed)));

    static final Format<Double> NUMBER = new Format<>(
            "number",
            "a number",
            Format::finite,
            Format::number,
            (json, key) -> json.object().number(key, 0),
            Format::node);

    static final Format<Boolean> FLAG = new Format<>(
            "boolean",
            "true or false",
            Format::truth,
            String::valueOf,
            (json, key) -> json.object().flag(key, false),
            Format::node);

    static final Format<PredictionType> PREDICTION = new Format<>(
            "string",
            "epsilon, v or sample",
            PredictionType::named,
            PredictionType::word,
            (json, key) -> {
                try {
                    return PredictionType.named(json.object().string(key, ""));
                } catch (InvalidRequestException e) {
                    throw json.object().invalid(key, String.valueOf(e.getMessage()));
                }
            },
            type -> node(type.word()));

    static final Format<List<Integer>> WHOLES = new Format<>(
            "array",
            "whole numbers with commas between them",
            text -> Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(Integer::valueOf)
                    .toList(),
            list -> list.stream().map(String::valueOf).collect(Collectors.joining(",")),
            (json, key) -> json.object().integers(key, List.of()),
            Format::node);

    static final Format<Size> SIZE = new Format<>(
            "string",
            "WIDTHxHEIGHT in pixels, such as 512x768",
            Size::parse,
            Size::toString,
            (json, key) -> Size.parse(json.object().string(key, "")),
            size -> node(size.toString()));

    static final Format<Color> COLOUR = new Format<>(
            "string",
            "a colour",
            Colours::parse,
            Colours::text,
            (json, key) -> colour(json.object(), key),
            colour -> node(Colours.text(colour)));

    static final Format<PictureSource> PICTURE = new Format<>(
            "string",
            "a picture",
            Pictures::parse,
            Pictures::argument,
            (json, key) -> json.pictures().apply(key, json.object().string(key, "")),
            picture -> node(Pictures.text(picture)));

    static final Format<List<LoraReference>> LORAS = References.listFormat(References.LORA);
    static final Format<List<EmbeddingReference>> EMBEDDINGS = References.listFormat(References.EMBEDDING);
    static final Format<List<ControlNetReference>> CONTROLS = References.objectsFormat(References.CONTROL);

    private static Color colour(JsonObject json, String key) {
        try {
            return Colours.parse(json.string(key, ""));
        } catch (InvalidRequestException e) {
            throw json.invalid(
                    key, "must be white, black, grey or #rrggbb, not \"%s\"".formatted(json.string(key, "")));
        }
    }

    static <E extends Enum<E>> Format<E> ofEnum(Class<E> type) {
        String names = Arrays.stream(type.getEnumConstants()).map(Format::name).collect(Collectors.joining(" or "));
        Function<String, E> parse = text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        return new Format<>(
                "string",
                names,
                parse,
                Format::name,
                (json, key) -> {
                    String text = json.object().string(key, "");
                    try {
                        return parse.apply(text);
                    } catch (IllegalArgumentException e) {
                        throw json.object().invalid(key, "must be %s, not \"%s\"".formatted(names, text));
                    }
                },
                constant -> node(name(constant)));
    }

    /** Parses {@code text}. */
    T parse(Option<T> option, String text) {
        try {
            return parse.apply(text);
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InvalidRequestException("%s must be %s, not \"%s\"".formatted(option, expected, shortened(text)));
        }
    }

    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    static JsonNode node(Object value) {
        return Json.MAPPER.valueToTree(value);
    }

    /** Formats a number without an exponent and as short as possible. */
    static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static double finite(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String samplerName(String name) {
        return Samplers.titled(name).map(Sampler::name).orElse(name);
    }
}

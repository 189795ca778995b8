package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Format.JsonSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * The formats of references to LoRAs, embeddings and ControlNets. As text they have a short form, {@code
 * style.safetensors:0.8}. If that would be read back differently, because a name contains a colon or a comma, the text
 * is JSON instead.
 */
final class References {
    /** The text of an empty list. */
    static final String NONE = "none";

    private static final Path FILE = Path.of("reference");
    private static final String WEIGHTS = ".safetensors";
    private static final Pattern EMBEDDING_AND_WORD =
            Pattern.compile("(.*\\.(?:safetensors|pt|pth|bin|ckpt)):(.*)", Pattern.DOTALL);

    private static final String SEPARATOR = ", ";

    private References() {}

    /**
     * One kind of reference.
     *
     * @param shortText formats the short form
     * @param parse parses the short form, with the function that makes pictures of their texts
     */
    record Kind<T>(
            Function<T, String> shortText,
            BiFunction<String, Function<String, PictureSource>, T> parse,
            Function<JsonSource, T> fromJson,
            Function<T, ObjectNode> toJson) {
        /** Returns the text of one reference. */
        String text(T reference) {
            String text = shortText.apply(reference);
            return readsBack(text, reference) ? text : toJson.apply(reference).toString();
        }

        private boolean readsBack(String text, T reference) {
            try {
                return !text.equals(NONE) && item(text).equals(reference);
            } catch (InvalidRequestException | InvalidFileException e) {
                return false;
            }
        }

        /** Parses the text of one reference. */
        T item(String text) {
            return item(text, Pictures::parse);
        }

        /** Parses the text of one reference, whose pictures {@code pictures} makes of their texts. */
        T item(String text, Function<String, PictureSource> pictures) {
            return text.startsWith("{")
                    ? fromJson.apply(new JsonSource(parsed(text), (_, picture) -> pictures.apply(picture)))
                    : parse.apply(text, pictures);
        }
    }

    static final Kind<LoraReference> LORA = new Kind<>(
            lora -> lora.name()
                    + (lora.weight().isPresent()
                            ? ":" + Format.number(lora.weight().getAsDouble())
                            : ""),
            (text, _) -> lora(text),
            json -> new LoraReference(json.object().string("name", ""), optional(json.object(), "weight")),
            lora -> {
                ObjectNode node = Json.MAPPER.createObjectNode().put("name", lora.name());
                lora.weight().ifPresent(weight -> node.put("weight", weight));
                return node;
            });

    static final Kind<EmbeddingReference> EMBEDDING = new Kind<>(
            embedding ->
                    embedding.name() + embedding.word().map(word -> ":" + word).orElse(""),
            (text, _) -> embedding(text),
            json -> new EmbeddingReference(
                    json.object().string("name", ""), json.object().optionalString("word")),
            embedding -> {
                ObjectNode node = Json.MAPPER.createObjectNode().put("name", embedding.name());
                embedding.word().ifPresent(word -> node.put("word", word));
                return node;
            });

    static final Kind<ControlNetReference> CONTROL =
            new Kind<>(References::controlText, References::control, References::controlFromJson, References::toJson);

    /**
     * Returns the format of lists of references that are only objects in JSON, because their short form can name
     * pictures.
     */
    static <T> Format<List<T>> objectsFormat(Kind<T> kind) {
        return listFormat(
                kind,
                (json, key) -> json.object().objects(key).stream()
                        .map(object -> reference(kind, json, key, object))
                        .toList());
    }

    /** Returns the format of lists of references that are objects or short texts in JSON. */
    static <T> Format<List<T>> listFormat(Kind<T> kind) {
        return listFormat(
                kind,
                (json, key) -> json.object().entries(key, kind::item, object -> reference(kind, json, key, object)));
    }

    private static <T> T reference(Kind<T> kind, JsonSource json, String key, JsonObject object) {
        T reference = kind.fromJson.apply(
                new JsonSource(object, (field, text) -> json.pictures().apply(key + "." + field, text)));
        object.refuseUnread();
        return reference;
    }

    private static <T> Format<List<T>> listFormat(Kind<T> kind, BiFunction<JsonSource, String, List<T>> fromJson) {
        return new Format<>(
                "array",
                "references with commas between them",
                text -> list(kind, text, Pictures::parse),
                references -> text(kind, references),
                fromJson,
                references -> Json.MAPPER
                        .createArrayNode()
                        .addAll(references.stream().map(kind.toJson).toList()));
    }

    private static <T> String text(Kind<T> kind, List<T> references) {
        if (references.isEmpty()) {
            return NONE;
        }
        String text = references.stream().map(kind.shortText).collect(Collectors.joining(SEPARATOR));
        try {
            if (list(kind, text, Pictures::parse).equals(references)) {
                return text;
            }
        } catch (InvalidRequestException | InvalidFileException e) {
            // Then JSON says it.
        }
        return Json.MAPPER
                .createArrayNode()
                .addAll(references.stream().map(kind.toJson).toList())
                .toString();
    }

    /** Parses a list of references, whose pictures {@code pictures} makes of their texts. */
    static <T> List<T> list(Kind<T> kind, String text, Function<String, PictureSource> pictures) {
        if (text.equals(NONE)) {
            return List.of();
        }
        if (text.startsWith("[")) {
            return parsed("{\"list\":" + text + "}").objects("list").stream()
                    .map(object -> kind.fromJson.apply(new JsonSource(object, (_, picture) -> pictures.apply(picture))))
                    .toList();
        }
        return Arrays.stream(text.split(SEPARATOR, -1))
                .map(item -> kind.item(item, pictures))
                .toList();
    }

    private static JsonObject parsed(String text) {
        return Json.parse(FILE, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Parses {@code FILE[:WEIGHT]}. A colon without a number after it is part of the name, as in {@code
     * C:\style.safetensors}.
     */
    private static LoraReference lora(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.substring(colon).contains(WEIGHTS) || text.indexOf('\\', colon) >= 0) {
            return LoraReference.of(text);
        }
        try {
            double weight = Double.parseDouble(text.substring(colon + 1));
            if (Double.isFinite(weight)) {
                return LoraReference.of(text.substring(0, colon), weight);
            }
        } catch (NumberFormatException e) {
            // Said below, together with the values that are numbers and no weights.
        }
        throw new InvalidRequestException(
                "\"%s\" is not a weight; write FILE or FILE:WEIGHT, for example style.safetensors:0.8"
                        .formatted(Format.shortened(text.substring(colon + 1))));
    }

    /**
     * Parses {@code FILE[:WORD]}, where the file ends in {@code .safetensors}, or as pickles do, which are refused when
     * they are opened.
     */
    private static EmbeddingReference embedding(String text) {
        Matcher named = EMBEDDING_AND_WORD.matcher(text);
        return named.matches()
                ? new EmbeddingReference(named.group(1), Optional.of(named.group(2)))
                : EmbeddingReference.of(text);
    }

    /** Returns the text in the form of AUTOMATIC1111's extension for ControlNets: {@code Model: canny, Weight: 0.8}. */
    private static String controlText(ControlNetReference control) {
        List<String> parts = new ArrayList<>();
        control.preprocessor().ifPresent(name -> parts.add("Module: " + name));
        parts.add("Model: " + control.name());
        control.scale().ifPresent(scale -> parts.add("Weight: " + Format.number(scale)));
        control.from().ifPresent(from -> parts.add("Guidance Start: " + Format.number(from)));
        control.to().ifPresent(to -> parts.add("Guidance End: " + Format.number(to)));
        control.mode().ifPresent(mode -> parts.add("Control Mode: " + Format.name(mode)));
        control.picture().ifPresent(picture -> parts.add("Image: " + Pictures.text(picture)));
        return String.join(SEPARATOR, parts);
    }

    private static ControlNetReference control(String text, Function<String, PictureSource> pictures) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : text.split(SEPARATOR, -1)) {
            int colon = part.indexOf(": ");
            if (colon > 0) {
                parts.put(part.substring(0, colon), part.substring(colon + 2));
            }
        }
        return new ControlNetReference(
                Optional.ofNullable(parts.get("Model")).orElse(text),
                Optional.ofNullable(parts.get("Image")).map(pictures),
                Optional.ofNullable(parts.get("Module")).filter(module -> !module.equals(NONE)),
                number(parts, "Weight"),
                number(parts, "Guidance Start"),
                number(parts, "Guidance End"),
                Optional.ofNullable(parts.get("Control Mode")).map(References::mode));
    }

    /**
     * Parses the control mode of that extension. Its modes that favour the prompt or the control have no counterpart.
     */
    private static Control.Mode mode(String text) {
        return text.toLowerCase(Locale.ROOT).equals("guess") ? Control.Mode.GUESS : Control.Mode.BALANCED;
    }

    private static OptionalDouble number(Map<String, String> parts, String name) {
        try {
            return parts.containsKey(name)
                    ? OptionalDouble.of(Double.parseDouble(parts.get(name)))
                    : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            throw new InvalidRequestException(
                    "\"%s\" of a ControlNet must be a number, not \"%s\"".formatted(name, parts.get(name)));
        }
    }

    private static ControlNetReference controlFromJson(JsonSource json) {
        JsonObject object = json.object();
        return new ControlNetReference(
                object.string("name", ""),
                object.optionalString("image").map(text -> json.pictures().apply("image", text)),
                object.optionalString("preprocessor"),
                optional(object, "scale"),
                optional(object, "from"),
                optional(object, "to"),
                object.has("mode")
                        ? Optional.of(
                                Format.ofEnum(Control.Mode.class).fromJson().apply(json, "mode"))
                        : Optional.empty());
    }

    private static ObjectNode toJson(ControlNetReference control) {
        ObjectNode node = Json.MAPPER.createObjectNode().put("name", control.name());
        control.picture().ifPresent(picture -> node.put("image", Pictures.text(picture)));
        control.preprocessor().ifPresent(name -> node.put("preprocessor", name));
        control.scale().ifPresent(scale -> node.put("scale", scale));
        control.from().ifPresent(from -> node.put("from", from));
        control.to().ifPresent(to -> node.put("to", to));
        control.mode().ifPresent(mode -> node.put("mode", Format.name(mode)));
        return node;
    }

    private static OptionalDouble optional(JsonObject object, String key) {
        return object.has(key) ? OptionalDouble.of(object.number(key, 0)) : OptionalDouble.empty();
    }
}

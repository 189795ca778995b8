package dev.hypersd.image;

import dev.hypersd.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The texts in a picture file in which programs store parameters, by the keywords that they have in a PNG. JPEG and
 * WebP files have no keywords; their texts are in EXIF tags. Nodes of ComfyUI write {@code prompt:} or
 * {@code Workflow:} before a JSON object, and NovelAI and others write one JSON object with all texts into the user
 * comment.
 */
final class PictureTexts {
    /** The largest number of characters that is read, more than any program writes. */
    private static final int LONGEST = 1 << 22;

    private static final Pattern NAMED = Pattern.compile(
            "\\s{0,9}(prompt|workflow)\\s{0,9}:\\s{0,9}(\\{.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What infotext contains, and hardly any other text. */
    private static final String SETTINGS = "Steps: ";

    /** The keywords whose values are texts, and those whose values are JSON objects. */
    private static final List<String> OF_TEXT = List.of("parameters", "Comment", "Description", "Software");

    private static final List<String> OF_JSON = List.of("prompt", "workflow", "invokeai_metadata", "sd-metadata");

    private final Optional<PngChunks> png;
    private final Map<String, String> ofExif = new LinkedHashMap<>();
    private final Optional<String> xmpComment;

    private PictureTexts(byte[] encoded) {
        png = PngChunks.of(encoded);
        Exif.of(encoded).ifPresent(this::read);
        JpegStructure.of(encoded)
                .flatMap(JpegStructure::comment)
                .map(comment -> new String(comment, StandardCharsets.UTF_8))
                .filter(text -> text.contains(SETTINGS))
                .ifPresent(text -> ofExif.putIfAbsent(Png.KEYWORD, text));
        xmpComment = Xmp.of(encoded).flatMap(Xmp::userComment);
    }

    static PictureTexts of(byte[] encoded) {
        return new PictureTexts(encoded);
    }

    /** Returns the text with {@code keyword}, if there is one. */
    Optional<String> text(String keyword) {
        return png.flatMap(chunks -> chunks.text(keyword)).or(() -> Optional.ofNullable(ofExif.get(keyword)));
    }

    /** Returns the user comment in XMP, if there is one. */
    Optional<String> xmpComment() {
        return xmpComment;
    }

    private void read(Exif exif) {
        exif.text(Exif.SOFTWARE).ifPresent(text -> ofExif.put("Software", text));
        for (short tag : new short[] {Exif.MAKE, Exif.MODEL, Exif.DESCRIPTION}) {
            exif.text(tag)
                    .map(NAMED::matcher)
                    .filter(Matcher::matches)
                    .ifPresent(named -> ofExif.putIfAbsent(named.group(1).toLowerCase(Locale.ROOT), named.group(2)));
        }
        Optional<String> description = exif.text(Exif.DESCRIPTION).filter(text -> text.contains(SETTINGS));
        Optional<JsonNode> all = exif.userComment().flatMap(PictureTexts::json);
        if (all.isPresent()) {
            OF_TEXT.forEach(keyword -> put(
                    keyword,
                    Optional.of(all.get().path(keyword))
                            .filter(JsonNode::isString)
                            .map(JsonNode::asString)));
            OF_JSON.forEach(keyword -> put(keyword, asJson(all.get().path(keyword))));
        }
        exif.userComment().or(() -> description).ifPresent(text -> ofExif.putIfAbsent(Png.KEYWORD, text));
    }

    private void put(String keyword, Optional<String> text) {
        text.ifPresent(found -> ofExif.put(keyword, found));
    }

    /** Returns an object as JSON text, or a text that is JSON. */
    private static Optional<String> asJson(JsonNode value) {
        return value.isObject()
                ? Optional.of(value.toString())
                : Optional.of(value)
                        .filter(JsonNode::isString)
                        .map(JsonNode::asString)
                        .filter(text -> text.startsWith("{"));
    }

    /** Returns whether {@code text} is neither JSON nor the beginning of some. */
    static boolean isPlain(String text) {
        String bare = text.length() > LONGEST ? "" : text.strip();
        return !bare.isEmpty() && "{[".indexOf(bare.charAt(0)) < 0;
    }

    /** Parses a JSON object; empty for anything else. */
    static Optional<JsonNode> json(String text) {
        if (text.length() > LONGEST || !text.stripLeading().startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.MAPPER.readTree(text)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty(); // The caller says whose they are.
        }
    }
}

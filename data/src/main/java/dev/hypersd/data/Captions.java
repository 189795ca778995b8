package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads captions from text files and JSON objects, and checks that they are not empty. */
final class Captions {
    /** The largest size in bytes of a caption file that is read; larger ones are broken samples. */
    static final int LARGEST = 1 << 20;

    private Captions() {}

    /** Returns the captions in a text file, one in each line, which is UTF-8, or UTF-16 with a byte-order mark. */
    static List<String> ofText(Path file, byte[] bytes) {
        String text = isUtf16(bytes) ? utf16(file, bytes) : Json.utf8(file, bytes);
        return present(file, text.lines().toList());
    }

    /** Returns whether a text begins with a byte-order mark of UTF-16. */
    static boolean isUtf16(byte[] bytes) {
        int mark = bytes.length < 2 ? 0 : ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
        return mark == 0xFEFF || mark == 0xFFFE;
    }

    private static String utf16(Path file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_16
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "is not UTF-16 text, which its first bytes announce", e);
        }
    }

    /** Returns the captions in a JSON object: the value of {@code caption}, or else of {@code text}. */
    static List<String> ofJson(Path file, byte[] bytes) {
        JsonObject json = Json.parse(file, bytes);
        return at(json, "caption")
                .or(() -> at(json, "text"))
                .map(captions -> present(file, captions))
                .orElseThrow(() -> new InvalidFileException(file, "has neither a caption nor a text"));
    }

    /** Returns the caption, or the list of captions, at {@code key} as they stand there; empty if the key is absent. */
    static Optional<List<String>> at(JsonObject json, String key) {
        return json.isList(key)
                ? Optional.of(json.strings(key, List.of()))
                : json.optionalString(key).map(List::of);
    }

    /**
     * Returns the captions that are not blank, without surrounding white space.
     *
     * @throws InvalidFileException if nothing is left
     */
    static List<String> present(Path file, List<String> captions) {
        List<String> present = captions.stream()
                .map(String::strip)
                .filter(caption -> !caption.isEmpty())
                .toList();
        if (present.isEmpty()) {
            throw new InvalidFileException(file, "has an empty caption");
        }
        return present;
    }
}

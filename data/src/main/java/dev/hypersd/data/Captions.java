package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads captions from text files and JSON objects, and checks that they are not empty. */
final class Captions {
    /** The largest size in bytes of a caption file that is read; larger ones are broken samples. */
    static final int LARGEST = 1 << 20;

    private Captions() {}

    /** Returns the caption in a text file, which is UTF-8, or UTF-16 with a byte-order mark. */
    static String ofText(Path file, byte[] bytes) {
        return present(file, isUtf16(bytes) ? utf16(file, bytes) : Json.utf8(file, bytes));
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

    /** Returns the caption in a JSON object: the value of {@code caption}, or else of {@code text}. */
    static String ofJson(Path file, byte[] bytes) {
        JsonObject json = Json.parse(file, bytes);
        return json.optionalString("caption")
                .or(() -> json.optionalString("text"))
                .map(caption -> present(file, caption))
                .orElseThrow(() -> new InvalidFileException(file, "has neither a caption nor a text"));
    }

    /**
     * Returns {@code caption} without surrounding white space.
     *
     * @throws InvalidFileException if nothing is left
     */
    static String present(Path file, String caption) {
        if (caption.isBlank()) {
            throw new InvalidFileException(file, "has an empty caption");
        }
        return caption.strip();
    }
}

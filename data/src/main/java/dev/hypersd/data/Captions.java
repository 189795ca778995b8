package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.nio.file.Path;

/** Captions in the ways strangers write them down. */
final class Captions {
    /** No caption, and no JSON around one, comes near this. */
    static final int LARGEST = 1 << 20;

    private Captions() {}

    /** The content of a text file. */
    static String ofText(Path file, byte[] bytes) {
        return present(file, Json.utf8(file, bytes));
    }

    /** What stands under {@code caption}, or else under {@code text}, in a JSON object. */
    static String ofJson(Path file, byte[] bytes) {
        JsonObject json = Json.parse(file, bytes);
        return json.optionalString("caption")
                .or(() -> json.optionalString("text"))
                .map(caption -> present(file, caption))
                .orElseThrow(() -> new InvalidFileException(file, "has neither a caption nor a text"));
    }

    /** {@code caption} without blanks around it, which must not be all of it. */
    static String present(Path file, String caption) {
        if (caption.isBlank()) {
            throw new InvalidFileException(file, "has an empty caption");
        }
        return caption.strip();
    }
}

package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.Optional;

/**
 * A textual inversion embedding by name, and the word that stands for it in prompts.
 *
 * @param name a file, or a name that a {@link NameResolver} knows
 * @param word absent means the name of the file without its ending
 */
public record EmbeddingReference(String name, Optional<String> word) {
    public EmbeddingReference {
        if (name.isEmpty()) {
            throw new InvalidRequestException("an embedding has an empty name; name its file");
        }
    }

    /** Returns an embedding that prompts call by the name of its file. */
    public static EmbeddingReference of(String name) {
        return new EmbeddingReference(name, Optional.empty());
    }

    /**
     * Returns the reference that a text says: {@code FILE[:WORD]}, or a JSON object with {@code name} and {@code word}.
     *
     * @throws InvalidRequestException if it says none
     */
    public static EmbeddingReference parse(String text) {
        return References.EMBEDDING.item(text);
    }
}

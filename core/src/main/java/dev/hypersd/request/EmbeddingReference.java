package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.Optional;

/**
 * A textual inversion embedding by name, and the word that stands for it in prompts.
 *
 * @param name a file, or a name that a {@link NameResolver} resolves
 * @param word the word; if empty, the name of the file without its extension
 */
public record EmbeddingReference(String name, Optional<String> word) {
    public EmbeddingReference {
        if (name.isEmpty()) {
            throw new InvalidRequestException("an embedding has an empty name; name its file");
        }
    }

    /** Creates a reference to an embedding whose word is the name of its file. */
    public static EmbeddingReference of(String name) {
        return new EmbeddingReference(name, Optional.empty());
    }

    /**
     * Parses a reference: {@code FILE[:WORD]}, or a JSON object with {@code name} and {@code word}.
     *
     * @throws InvalidRequestException if it is neither
     */
    public static EmbeddingReference parse(String text) {
        return References.EMBEDDING.item(text);
    }
}

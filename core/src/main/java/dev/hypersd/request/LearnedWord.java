package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Path;

/**
 * A textual inversion embedding (Gal et al., 2022) and its word in prompts.
 *
 * @param word the word that stands for it in prompts, in any letter case
 * @param file a safetensors file for the model's text encoders
 */
public record LearnedWord(String word, Path file) {
    public LearnedWord {
        if (word.isBlank() || !word.equals(word.strip())) {
            throw new InvalidRequestException(
                    "the word for %s must be some text without spaces around it, not \"%s\"".formatted(file, word));
        }
    }

    /** Creates an embedding whose word is the name of the file. */
    public static LearnedWord of(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return new LearnedWord(dot > 0 ? name.substring(0, dot) : name, file);
    }
}

package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Path;

/**
 * A word that was learned by textual inversion (Gal et al., 2022), to be used in prompts.
 *
 * @param word what stands for it in prompts, by itself and in any letter case
 * @param file a safetensors file for the model's text encoders
 */
public record LearnedWord(String word, Path file) {
    public LearnedWord {
        if (word.isBlank() || !word.equals(word.strip())) {
            throw new InvalidRequestException(
                    "the word for %s must be some text without spaces around it, not \"%s\"".formatted(file, word));
        }
    }

    /** Returns the word that the file is called by. */
    public static LearnedWord of(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return new LearnedWord(dot > 0 ? name.substring(0, dot) : name, file);
    }
}

package dev.hypersd.cli;

import dev.hypersd.request.LearnedWord;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** Reads {@code FILE[:WORD]}, of which the file ends in {@code .safetensors}. */
final class EmbeddingOption implements ITypeConverter<LearnedWord> {
    private static final String END = ".safetensors:";

    @Override
    public LearnedWord convert(String value) {
        int end = value.lastIndexOf(END);
        return end < 0
                ? LearnedWord.of(Path.of(value))
                : new LearnedWord(
                        value.substring(end + END.length()), Path.of(value.substring(0, end + END.length() - 1)));
    }
}

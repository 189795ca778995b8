package dev.hypersd.vocabulary;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.FilesBelow;
import dev.hypersd.tokenizer.VocabularyFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A tokenizer in CLIP's form that was learned from captions: frequent words become one token each, and rare words
 * several.
 */
public final class CaptionTokenizer {
    private final VocabularyFiles files;

    private CaptionTokenizer(VocabularyFiles files) {
        this.files = files;
    }

    /**
     * Learns a tokenizer.
     *
     * @param captions the captions, with repetitions
     * @param size the number of tokens, which is the vocabulary of the text encoder
     * @throws InvalidRequestException if the size has no room for the bytes and the special tokens
     */
    public static CaptionTokenizer learn(Stream<String> captions, int size) {
        if (size < VocabularyFiles.WITHOUT_MERGES) {
            throw new InvalidRequestException(
                    ("a tokenizer of %d tokens is too small: bytes and special tokens take %d, and the others stand for"
                                    + " words and parts of words")
                            .formatted(size, VocabularyFiles.WITHOUT_MERGES));
        }
        List<String> merges = BytePairTraining.merges(captions, size - VocabularyFiles.WITHOUT_MERGES);
        return new CaptionTokenizer(new VocabularyFiles(size, merges));
    }

    /** Returns how many tokens stand for a word or a part of one that the captions have. */
    public int learned() {
        return files.merges().size();
    }

    /**
     * Writes the files of the tokenizer, as transformers and this program read them.
     *
     * @param folder the folder, which is created if it does not exist
     * @throws InvalidRequestException if it has files already
     */
    public void write(Path folder) {
        try {
            FilesBelow.requireNone(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written: " + e.getMessage(), e);
        }
        files.files(VocabularyFiles.PADDING)
                .forEach((name, bytes) -> Draft.write(folder.resolve(name), new String(bytes, StandardCharsets.UTF_8)));
    }
}

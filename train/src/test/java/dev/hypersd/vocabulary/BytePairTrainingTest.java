package dev.hypersd.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairTrainingTest {
    @TempDir
    Path folder;

    /** The example of Sennrich et al., 2016, section 3.2, with its counts; ties go by the alphabet. */
    @Test
    void joinsTheMostFrequentPairFirst() {
        Stream<String> captions =
                Stream.of("low ".repeat(5), "lower ".repeat(2), "newest ".repeat(6), "widest ".repeat(3));

        assertThat(BytePairTraining.merges(captions, 3)).containsExactly("e s", "es t</w>", "l o");
    }

    @Test
    void learningStopsWhereNoPairOccursTwice() {
        assertThat(BytePairTraining.merges(Stream.of("abc abc"), 100)).containsExactly("a b", "ab c</w>");
    }

    @Test
    void frequentWordsBecomeSingleTokens() {
        CaptionTokenizer learned = CaptionTokenizer.learn(Stream.of("a red house", "a red star", "the red house"), 700);
        learned.write(folder);

        ClipTokenizer tokenizer = ClipTokenizer.open(folder);

        assertThat(tokenizer.vocabularySize()).isEqualTo(700);
        assertThat(tokenizer.ids("red house red"))
                .hasSize(3)
                .startsWith(tokenizer.ids("red").getFirst());
    }

    @Test
    void aSizeWithoutRoomForTheBytesIsRefused() {
        assertThatThrownBy(() -> CaptionTokenizer.learn(Stream.of("a"), 500))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a tokenizer of 500 tokens is too small: bytes and special tokens take 514, and the others"
                        + " stand for words and parts of words");
    }
}

package dev.hypersd.judge.preference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBatchTest {
    private final ClipTokenizer tokenizer =
            ClipTokenizer.open(Path.of(System.getProperty("hypersd.reference"), "scorers/clip_score/model"));

    @Test
    void textsArePaddedToTheLongestAndPaddingIsNotSeen() {
        int begin = tokenizer.begin();
        int end = tokenizer.end();
        int word = tokenizer.ids("a").getFirst();
        Engine.infer(() -> {
            TokenBatch words = TokenBatch.of(tokenizer, List.of("a", "a a a"), 20);
            assertThat(Tensors.toLongs(words.mask())).containsExactly(1, 1, 1, 0, 0, 1, 1, 1, 1, 1);
            assertThat(Tensors.toLongs(words.ids()))
                    .startsWith(begin, word, end)
                    .endsWith(begin, word, word, word, end);
            return 0;
        });
    }

    @Test
    void longTextsAreCutBeforeTheirEnd() {
        Engine.infer(() -> {
            TokenBatch words = TokenBatch.of(tokenizer, List.of("a a a a a a"), 4);
            assertThat(Tensors.shape(words.ids())).containsExactly(1, 4);
            assertThat(Tensors.toLongs(words.ids())).endsWith(tokenizer.end());
            return 0;
        });
    }
}

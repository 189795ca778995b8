package dev.hypersd.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights and parts, read as people write them. */
class PhraseTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (cat)              | cat  | 1.1
            ((cat))            | cat  | 1.21
            (cat:1.3)          | cat  | 1.3
            (cat: .5 )         | cat  | 0.5
            (cat:-1)           | cat  | -1
            [cat]              | cat  | 0.909090909
            [(cat:2)]          | cat  | 1.818181818
            ((cat:2):0.25)     | cat  | 0.5
            (cat               | cat  | 1.1
            """)
    void bracketsChangeWeights(String prompt, String text, double weight) {
        List<Phrase> phrases = Phrase.parts(prompt).getFirst();
        assertThat(phrases).singleElement().satisfies(phrase -> {
            assertThat(phrase.text()).isEqualTo(text);
            assertThat(phrase.weight()).isCloseTo(weight, within(1e-8));
        });
    }

    @Test
    void otherBracketsAreText() {
        assertThat(Phrase.parts("a \\(b\\) at 12:30, c) d] e:1.5"))
                .containsExactly(List.of(new Phrase("a (b) at 12:30, c) d] e:1.5", 1)));
        assertThat(Phrase.parts("back\\slash \\\\")).containsExactly(List.of(new Phrase("back\\slash \\", 1)));
        assertThat(Phrase.parts("")).containsExactly(List.of());
    }

    @Test
    void weightsEndWhereTheirBracketsDo() {
        assertThat(Phrase.parts("a (b:2) c"))
                .containsExactly(List.of(new Phrase("a ", 1), new Phrase("b", 2), new Phrase(" c", 1)));
    }

    @Test
    void breakBeginsANewPartAndIsAWordOfItsOwn() {
        assertThat(Phrase.parts("a BREAK (b BREAK c:2)"))
                .containsExactly(List.of(new Phrase("a", 1)), List.of(new Phrase("b", 2)), List.of(new Phrase("c", 2)));
        assertThat(Phrase.parts("BREAKFAST")).containsExactly(List.of(new Phrase("BREAKFAST", 1)));
    }
}

package dev.hypersd.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPieceTokenizerTest {
    private static final List<String> TOKENS = List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "##a", "##b", "##c", "abc", "##bc", "cafe",
            "!", "'", "$", "日", "σ", "##σ", "i", "##i", "—");

    @TempDir
    private Path folder;

    @Test
    void wordsAreCutIntoTheLongestPieces() {
        assertTokens("abc", "abc");
        assertTokens("abcabc", "abc", "##a", "##bc");
        assertTokens("cab", "c", "##a", "##b");
        assertTokens("  ab\ta\r\nb ", "a", "##b", "a", "b");
        assertTokens("");
    }

    @Test
    void aWordThatCannotBeMadeOfPiecesIsUnknownAsAWhole() {
        assertTokens("abcx a", "[UNK]", "a");
        assertTokens("a".repeat(100) + " b", "a" + " ##a".repeat(99) + " b");
        assertTokens("a".repeat(101) + " b", "[UNK]", "b");
    }

    @Test
    void lettersBecomeLowerCaseAndLoseTheirAccents() {
        assertTokens("CAFÉ Café cafe\u0301 cafe", "cafe", "cafe", "cafe", "cafe");
        // No final sigma, and the dot of a Turkish I is an accent.
        assertTokens("ΣΣ İi", "σ", "##σ", "i", "##i");
    }

    @Test
    void punctuationAndChineseCharactersStandByThemselves() {
        assertTokens("a!b", "a", "!", "b");
        assertTokens("a'b$c—a", "a", "'", "b", "$", "c", "—", "a");
        assertTokens("a日b", "a", "日", "b");
        assertTokens("日\u8a9e", "日", "[UNK]");
    }

    @Test
    void charactersWithoutAShapeDisappear() {
        assertTokens("a\u0000b\u200dc\ufffda\ue000b", "abc ##a ##b".split(" "));
        assertTokens("a\u00a0b\u3000c", "a", "b", "c");
    }

    @Test
    void specialTokensInATextAreRecognisedAsTyped() {
        assertTokens("a[SEP]b [MASK] [ENC]", "a", "[SEP]", "b", "[MASK]", "[ENC]");
        assertTokens("[sep]", "[UNK]", "[UNK]", "[UNK]");
    }

    @Test
    void longTextsAreCutBeforeTheEnd() {
        WordPieceTokenizer tokenizer = tokenizer();
        assertThat(tokenizer.encode("a b c", 4)).containsExactly(2, 5, 6, 3);
        assertThat(tokenizer.encode("a", 4)).containsExactly(2, 5, 3);
        assertThat(tokenizer.encode("a", 2)).containsExactly(2, 3);
        assertThat(tokenizer.padding()).isZero();
        assertThat(tokenizer.vocabularySize()).isEqualTo(TOKENS.size() + 2);
    }

    @Test
    void filesThatAreNoVocabularyAreRefused() throws IOException {
        Path file = folder.resolve("vocab.txt");
        assertRefused(file, "not found; it is the vocabulary of a tokenizer");
        Files.writeString(file, "a\nb\n");
        assertRefused(file, "lacks the special tokens [CLS], [SEP], [UNK], [PAD]; it is not a vocabulary of BERT");
        Files.writeString(file, "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n");
        assertRefused(file, "has the token \"a\" twice; each has one id");
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> WordPieceTokenizer.open(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(file + ": " + message);
    }

    private void assertTokens(String text, String... tokens) {
        List<String> all = List.of(String.join(" ", tokens).split(" "));
        assertThat(tokenizer().ids(text).stream().map(WordPieceTokenizerTest::token))
                .as(text)
                .containsExactlyElementsOf(tokens.length == 0 ? List.of() : all);
    }

    private static String token(int id) {
        return id < TOKENS.size() ? TOKENS.get(id) : List.of("[DEC]", "[ENC]").get(id - TOKENS.size());
    }

    private WordPieceTokenizer tokenizer() {
        return tokenizer(folder);
    }

    private static WordPieceTokenizer tokenizer(Path folder) {
        try {
            Path file = Files.writeString(folder.resolve("tokens.txt"), String.join("\n", TOKENS) + "\n");
            return WordPieceTokenizer.open(file, List.of("[DEC]", "[ENC]"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Pieces put together again are the word. */
    @Property(tries = 300)
    void decodedPiecesAreJoinedToWords(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 30) String word) throws IOException {
        WordPieceTokenizer tokenizer = tokenizer(Files.createTempDirectory("wordpiece"));
        StringBuilder whole = new StringBuilder();
        for (int id : tokenizer.ids(word)) {
            whole.append(token(id).replace("##", ""));
        }
        assertThat(whole).hasToString(word);
    }

    /** Whatever is typed, ids are those of the vocabulary, few enough, and do not depend on how accents are written. */
    @Property(tries = 300)
    void anyTextBecomesIdsOfTheVocabulary(
            @ForAll @StringLength(max = 200) String text, @ForAll @IntRange(min = 2, max = 40) int most)
            throws IOException {
        WordPieceTokenizer tokenizer = tokenizer(Files.createTempDirectory("wordpiece"));
        List<Integer> ids = tokenizer.encode(text, most);
        assertThat(ids).hasSizeBetween(2, most).allMatch(id -> id >= 0 && id < tokenizer.vocabularySize());
        String upper = "Éa" + text.toLowerCase(Locale.ROOT);
        assertThat(tokenizer.ids(Normalizer.normalize(upper, Normalizer.Form.NFD)))
                .isEqualTo(tokenizer.ids(Normalizer.normalize(upper, Normalizer.Form.NFC)));
    }
}

package dev.hypersd.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer small enough to follow by hand: all bytes, and the merges that build "cat", "cats" and "dog". */
class ClipTokenizerTest {
    private static final List<String> MERGES = List.of("c a", "ca t</w>", "ca t", "cat s</w>", "d o", "do g</w>");

    @TempDir
    Path directory;

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();

    @BeforeEach
    void writeFiles() {
        List<String> bytes = IntStream.concat(
                        IntStream.rangeClosed('!', '~'),
                        IntStream.concat(IntStream.rangeClosed(0xa1, 0xac), IntStream.rangeClosed(0xae, 0xff)))
                .mapToObj(Character::toString)
                .toList();
        List<String> hidden = IntStream.range(0x100, 0x100 + 256 - bytes.size())
                .mapToObj(Character::toString)
                .toList();
        List<String> tokens = new ArrayList<>(bytes);
        tokens.addAll(hidden);
        tokens.addAll(tokens.stream().map(b -> b + "</w>").toList());
        tokens.addAll(MERGES.stream().map(m -> m.replace(" ", "")).toList());
        tokens.addAll(List.of("<|startoftext|>", "<|endoftext|>"));
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        write("vocab.json", Json.MAPPER.writeValueAsString(vocabulary));
        write("merges.txt", "#version: 0.2\n" + String.join("\n", MERGES) + "\n");
    }

    private void write(String file, String content) {
        try {
            Files.writeString(directory.resolve(file), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void writeTokenizerJson(Object merges, Map<String, Object> changes) throws IOException {
        Files.delete(directory.resolve("vocab.json"));
        Files.delete(directory.resolve("merges.txt"));
        Map<String, Object> model = new LinkedHashMap<>(
                Map.of("type", "BPE", "end_of_word_suffix", "</w>", "vocab", vocabulary, "merges", merges));
        model.putAll(changes);
        write("tokenizer.json", Json.MAPPER.writeValueAsString(Map.of("version", "1.0", "model", model)));
    }

    private ClipTokenizer open() {
        return ClipTokenizer.open(directory);
    }

    private List<Integer> tokens(String... tokens) {
        return Arrays.stream(tokens).map(vocabulary::get).toList();
    }

    @Test
    void idsAreDecodedToNormalisedText() {
        ClipTokenizer tokenizer = open();
        long[] ids = tokenizer.encode("Cats  &\ndogs über all!").ids().stream()
                .mapToLong(Integer::longValue)
                .toArray();

        assertThat(tokenizer.text(ids)).isEqualTo("cats & dogs über all !");
        assertThatThrownBy(() -> tokenizer.text(1 << 20)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wordsBecomeTheirMergedTokens() {
        assertThat(open().ids("Cat cats DOG do")).isEqualTo(tokens("cat</w>", "cats</w>", "dog</w>", "d", "o</w>"));
    }

    @Test
    void aSequenceHasBeginEndAndPadding() {
        Tokens encoded = open().encode("a cat");
        assertThat(encoded.ids())
                .hasSize(77)
                .startsWith(tokens("<|startoftext|>", "a</w>", "cat</w>", "<|endoftext|>")
                        .toArray(Integer[]::new));
        assertThat(encoded.ids().subList(4, 77)).containsOnly(vocabulary.get("<|endoftext|>"));
        assertThat(encoded.cut()).isEmpty();
    }

    @Test
    void promptsThatDoNotFitAreTruncatedAndTheRestIsReportedInWholeWords() {
        // 74 words of one token, then one of three of which a single one fits.
        Tokens encoded = open().encode("cat ".repeat(74) + "Zoo, after  that");
        assertThat(encoded.ids())
                .hasSize(77)
                .endsWith(tokens("z", "<|endoftext|>").toArray(Integer[]::new));
        assertThat(encoded.cut()).isEqualTo("zoo, after that");
        assertThat(open().encode("cat ".repeat(75)).cut()).isEmpty();
        assertThat(open().encode("cat ".repeat(76)).cut()).isEqualTo("cat");
        assertThat(open().ids("cat ".repeat(100))).hasSize(100);
    }

    @Test
    void thePaddingTokenIsRecognisedInsideThePrompt() {
        write("tokenizer_config.json", "{\"pad_token\": \"!\"}");
        ClipTokenizer padsWithExclamationMark = open();
        assertThat(padsWithExclamationMark.padding()).isZero();
        assertThat(padsWithExclamationMark.ids("cat!!")).isEqualTo(tokens("cat</w>", "!", "!"));
        write("tokenizer_config.json", "{}");
        assertThat(open().ids("cat!!")).isEqualTo(tokens("cat</w>", "!", "!</w>"));
    }

    @Test
    void specialTokensAreFoundWhereTheirFilesSay() {
        write("tokenizer_config.json", "{\"eos_token\": {\"content\": \"<|endoftext|>\", \"normalized\": true}}");
        assertThat(open().ids("a<|EndOfText|>b")).isEqualTo(tokens("a</w>", "<|endoftext|>", "b</w>"));
        write(
                "tokenizer_config.json",
                "{\"added_tokens_decoder\": {\"519\": {\"content\": \"<|endoftext|>\", \"normalized\": false}}}");
        assertThat(open().ids("a<|endoftext|>b")).isEqualTo(tokens("a</w>", "<|endoftext|>", "b</w>"));
        assertThat(open().ids("a<|EndOfText|>b")).doesNotContain(vocabulary.get("<|endoftext|>"));
    }

    @Test
    void digitsStandAloneAndContractionsApart() {
        assertThat(open().ids("cat's 12")).isEqualTo(tokens("cat</w>", "'", "s</w>", "1</w>", "2</w>"));
    }

    @Test
    void lowerCaseDoesNotUseTheFinalSigma() {
        assertThat(open().ids("ΟΔΟΣ")).isEqualTo(open().ids("οδοσ")).isNotEqualTo(open().ids("οδος"));
    }

    @Test
    void aByteWithoutTokenBecomesTheUnknownToken() {
        // A vocabulary of one letter, where no other byte has a token.
        vocabulary.clear();
        List.of("c", "c</w>", "<|startoftext|>", "<|endoftext|>").forEach(t -> vocabulary.put(t, vocabulary.size()));
        write("vocab.json", Json.MAPPER.writeValueAsString(vocabulary));
        write("merges.txt", "#version: 0.2\n");
        assertThat(open().ids("cbc")).isEqualTo(tokens("c", "<|endoftext|>", "c</w>"));
    }

    @Test
    void oneEndlessWordTakesNoUnreasonableTime() {
        ClipTokenizer tokenizer = open();
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(tokenizer.encode("cat".repeat(300_000)).ids()).hasSize(77));
    }

    @Test
    void theSingleFileGivesTheSameTokens() throws IOException {
        String prompt = "Two cats, 1 dog & a caté!";
        List<Integer> expected = open().ids(prompt);
        writeTokenizerJson(MERGES, Map.of());
        assertThat(open().ids(prompt)).isEqualTo(expected);
        Files.createFile(directory.resolve("vocab.json"));
        Files.createFile(directory.resolve("merges.txt"));
        writeTokenizerJson(MERGES.stream().map(m -> List.of(m.split(" "))).toList(), Map.of());
        assertThat(open().ids(prompt)).isEqualTo(expected);
    }

    @Test
    void aSingleFileOfAnotherKindIsRefused() throws IOException {
        writeTokenizerJson(MERGES, Map.of("type", "WordPiece"));
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("tokenizer.json: model must be of type BPE")
                .hasMessageContaining("not of type WordPiece");
    }

    @Test
    void aSingleFileWithABrokenMergeIsRefused() throws IOException {
        writeTokenizerJson(List.of("c a", "c a t"), Map.of());
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("tokenizer.json: model.merges[1] has 3 symbols; a merge joins two");
    }

    @Test
    void aDirectoryWithoutTokenizerIsRefused() throws IOException {
        Files.delete(directory.resolve("vocab.json"));
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("neither vocab.json with merges.txt nor tokenizer.json");
    }

    @Test
    void anInvalidLengthIsRefusedAndAnUnlimitedOneIsTheDefault() {
        write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        assertThat(open().length()).isEqualTo(77);
        write("tokenizer_config.json", "{\"model_max_length\": 2}");
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("tokenizer_config.json: model_max_length must leave room");
    }

    @Test
    void anEmptySpecialTokenIsRefused() {
        write("tokenizer_config.json", "{\"pad_token\": \"\"}");
        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("pad_token is missing or empty");
    }
}

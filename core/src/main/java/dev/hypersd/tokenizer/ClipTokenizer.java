package dev.hypersd.tokenizer;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CLIP's tokenizer (Radford et al., 2021), which converts a prompt to token ids.
 *
 * <p>Text is normalised (Unicode NFC, runs of white space to one space, lower case), split into words (sequences of
 * letters, single digits, sequences of other characters, English contractions), and each word into byte pairs. Special
 * tokens in a prompt are recognised. That includes the padding token, so SDXL's second tokenizer, which pads with
 * {@code !}, reads every exclamation mark as padding, while its first does not.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class ClipTokenizer {
    private static final int USUAL_LENGTH = 77;

    /**
     * The length from which a configured limit counts as none: configurations without a limit have an astronomical
     * number.
     */
    private static final int UNLIMITED = 100_000;

    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

    private final Vocabulary vocabulary;
    private final SpecialTokens special;
    private final BytePairEncoder encoder;
    private final Pattern specialAsTyped;
    private final Pattern specialInNormalised;
    private final int length;
    private final AddedWords added;

    private ClipTokenizer(Vocabulary vocabulary, SpecialTokens special, int length, AddedWords added) {
        vocabulary.require(special.all());
        this.vocabulary = vocabulary;
        this.special = special;
        this.encoder = vocabulary.encoder(vocabulary.id(special.unknown()));
        this.specialAsTyped = special.asTyped();
        this.specialInNormalised = special.inNormalised();
        this.length = length;
        this.added = added;
    }

    /**
     * Returns this tokenizer with additional words that stand for ids of their own, wherever they are whole words of a
     * prompt as typed, in any letter case.
     *
     * @param words the ids of each word, which may exceed the vocabulary
     */
    public ClipTokenizer with(Map<String, List<Integer>> words) {
        return new ClipTokenizer(vocabulary, special, length, AddedWords.of(words));
    }

    /**
     * Reads the tokenizer in {@code directory}: {@code vocab.json} with {@code merges.txt}, or {@code tokenizer.json};
     * and, if they exist, {@code tokenizer_config.json} and {@code special_tokens_map.json}.
     *
     * @throws InvalidFileException if a file is missing or broken, or contradicts another
     */
    public static ClipTokenizer open(Path directory) {
        Path vocab = directory.resolve("vocab.json");
        Path whole = directory.resolve("tokenizer.json");
        List<JsonObject> settings = new ArrayList<>(Stream.of("tokenizer_config.json", "special_tokens_map.json")
                .map(directory::resolve)
                .filter(Files::exists)
                .map(Json::read)
                .toList());
        Vocabulary vocabulary;
        if (Files.exists(vocab)) {
            vocabulary = Vocabulary.read(vocab, directory.resolve("merges.txt"));
        } else if (Files.exists(whole)) {
            JsonObject tokenizer = Json.read(whole);
            vocabulary = Vocabulary.read(tokenizer);
            settings.add(tokenizer);
        } else {
            throw new InvalidFileException(
                    directory, "holds no tokenizer: neither vocab.json with merges.txt nor tokenizer.json");
        }
        return new ClipTokenizer(vocabulary, SpecialTokens.read(settings), length(settings), AddedWords.NONE);
    }

    /**
     * Returns the tokenizer that CLIP was published with, which comes with this library. SD 1.x, SD 2.x and SDXL share
     * it, except for the padding.
     *
     * @param padding {@link VocabularyFiles#PADDING} or {@link VocabularyFiles#PADDING_OF_SECOND}
     */
    public static ClipTokenizer published(String padding) {
        VocabularyFiles files = VocabularyFiles.published();
        JsonObject settings = Json.parse(
                Path.of("published", "tokenizer_config.json"),
                Json.MAPPER.writeValueAsBytes(files.configuration(padding)));
        List<JsonObject> all = List.of(settings);
        return new ClipTokenizer(Vocabulary.of(files), SpecialTokens.read(all), length(all), AddedWords.NONE);
    }

    private static int length(List<JsonObject> settings) {
        for (JsonObject file : settings) {
            double length = file.number("model_max_length", UNLIMITED);
            if (length < 3) {
                throw file.invalid(
                        "model_max_length",
                        "must leave room for begin, one word and end, so at least 3, not " + length);
            }
            if (length < UNLIMITED) {
                return (int) length;
            }
        }
        return USUAL_LENGTH;
    }

    /** Tokenizes {@code prompt} with begin and end tokens, padded or truncated to {@link #length()} ids. */
    public Tokens encode(String prompt) {
        Text text = read(prompt);
        int room = length - 2;
        List<Integer> ids = new ArrayList<>(length);
        ids.add(begin());
        ids.addAll(text.ids().limit(room).toList());
        ids.add(end());
        ids.addAll(Collections.nCopies(length - ids.size(), padding()));
        return new Tokens(ids, text.beyond(room));
    }

    /** Returns all ids of {@code prompt}, without begin, end and padding, and without truncation. */
    public List<Integer> ids(String prompt) {
        return read(prompt).ids().toList();
    }

    /**
     * Decodes {@code ids} to text, as far as they determine it: words in lower case with one space between them. Ids
     * after the first end token and special tokens are left out.
     *
     * @throws IllegalArgumentException if an id is outside of the vocabulary
     */
    public String text(long... ids) {
        String[] tokens = vocabulary.tokens();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (long id : ids) {
            if (id < 0 || id >= tokens.length) {
                throw new IllegalArgumentException("there is no token of id " + id);
            }
            if (id == end()) {
                break;
            }
            String token = tokens[(int) id];
            if (!special.all().contains(token)) {
                boolean last = token.endsWith(Vocabulary.END_OF_WORD);
                String symbols = last ? token.substring(0, token.length() - Vocabulary.END_OF_WORD.length()) : token;
                symbols.chars().forEach(symbol -> bytes.write(ByteSymbols.byteOf((char) symbol)));
                if (last) {
                    bytes.write(' ');
                }
            }
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    /** Splits {@code text} into words, as the first step of tokenization, for training a vocabulary. */
    public static List<String> words(String text) {
        return WORD.matcher(normalise(text)).results().map(MatchResult::group).toList();
    }

    /** Returns the id of the begin token. */
    public int begin() {
        return vocabulary.id(special.begin());
    }

    /** Returns the id of the end token. */
    public int end() {
        return vocabulary.id(special.end());
    }

    /** Returns the id of the padding token. */
    public int padding() {
        return vocabulary.id(special.padding());
    }

    /** Returns the number of ids that {@link #encode} returns: 77 in every published model. */
    public int length() {
        return length;
    }

    /**
     * Returns the number of tokens; every id is below it, except those of added words. The text encoder's embedding
     * must have at least as many rows.
     */
    public int vocabularySize() {
        return vocabulary.size();
    }

    private Text read(String prompt) {
        StringBuilder normalised = new StringBuilder();
        List<Word> words = new ArrayList<>();
        Consumer<String> takeSpecial = token -> {
            words.add(new Word(normalised.length(), List.of(vocabulary.id(token))));
            normalised.append(token);
        };
        Consumer<String> takeWord = word -> {
            words.add(new Word(normalised.length(), encoder.encode(word)));
            normalised.append(word);
        };
        Consumer<String> takeAdded = word -> {
            words.add(new Word(normalised.length(), added.ids(word)));
            normalised.append(word);
        };
        Consumer<String> takeText = typed -> split(
                normalise(typed),
                specialInNormalised,
                takeSpecial,
                text -> split(text, WORD, takeWord, normalised::append));
        split(prompt, specialAsTyped, takeSpecial, typed -> split(typed, added.pattern(), takeAdded, takeText));
        return new Text(normalised.toString(), words);
    }

    /** Passes {@code text} on piece by piece, in order: what {@code pattern} finds, and what is between. */
    private static void split(String text, Pattern pattern, Consumer<String> found, Consumer<String> between) {
        Matcher matcher = pattern.matcher(text);
        int start = 0;
        while (matcher.find()) {
            between.accept(text.substring(start, matcher.start()));
            found.accept(matcher.group());
            start = matcher.end();
        }
        between.accept(text.substring(start));
    }

    private static String normalise(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        StringBuilder lower = new StringBuilder(composed.length());
        SPACE.matcher(composed).replaceAll(" ").codePoints().forEach(c -> appendLowerCase(c, lower));
        return lower.toString();
    }

    /**
     * Converts one code point to lower case: {@link String#toLowerCase} would treat the last sigma of a Greek word
     * differently, which CLIP was not trained on.
     */
    private static void appendLowerCase(int codePoint, StringBuilder lower) {
        if (codePoint == 0x130) {
            lower.append("i\u0307");
        } else {
            lower.appendCodePoint(Character.toLowerCase(codePoint));
        }
    }

    /** One word and its start in the normalised text. */
    private record Word(int start, List<Integer> ids) {}

    /** A prompt split into words. */
    private record Text(String normalised, List<Word> words) {
        Stream<Integer> ids() {
            return words.stream().flatMap(word -> word.ids.stream());
        }

        /** Returns the text from the first word on whose ids are not all among the first {@code room}. */
        String beyond(int room) {
            int count = 0;
            for (Word word : words) {
                count += word.ids.size();
                if (count > room) {
                    return normalised.substring(word.start).strip();
                }
            }
            return "";
        }
    }
}

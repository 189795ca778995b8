package dev.hypersd.tokenizer;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tokenizer of the uncased BERT (Devlin et al., 2018): words are divided into the longest pieces that the
 * vocabulary contains. The names of pieces that do not begin a word begin with {@code ##}.
 *
 * <p>Before that, text is normalised: control characters are removed, white space becomes spaces, letters become lower
 * case and lose their accents. Chinese characters and punctuation marks are words by themselves. A word that cannot be
 * divided into pieces, or is longer than 100 characters, becomes the unknown token. Special tokens in a text are
 * recognised.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class WordPieceTokenizer {
    private static final long LARGEST_FILE = 16L << 20;
    private static final int LONGEST_WORD = 100;
    private static final String INSIDE = "##";
    private static final String BEGIN = "[CLS]";
    private static final String END = "[SEP]";
    private static final String UNKNOWN = "[UNK]";
    private static final String PADDING = "[PAD]";
    private static final List<String> SPECIAL = List.of(BEGIN, END, UNKNOWN, PADDING, "[MASK]");
    private static final Pattern SPACES = Pattern.compile(" +");

    private final Map<String, Integer> ids;
    private final int longestPiece;
    private final Pattern special;

    private WordPieceTokenizer(Map<String, Integer> ids, List<String> special) {
        this.ids = Map.copyOf(ids);
        this.longestPiece = ids.keySet().stream().mapToInt(String::length).max().orElseThrow();
        this.special = Pattern.compile(special.stream().map(Pattern::quote).collect(Collectors.joining("|")));
    }

    /**
     * Reads a vocabulary: one token in each line of the file, whose number, from 0, is its id.
     *
     * @param added further special tokens, which have the next ids
     * @throws InvalidFileException if the file is missing or broken, or lacks a special token
     */
    public static WordPieceTokenizer open(Path vocabulary, List<String> added) {
        List<String> tokens = lines(vocabulary);
        Map<String, Integer> ids = HashMap.newHashMap(tokens.size() + added.size());
        Stream.concat(tokens.stream(), added.stream()).forEach(token -> {
            if (ids.putIfAbsent(token, ids.size()) != null) {
                throw new InvalidFileException(
                        vocabulary, "has the token \"%s\" twice; each has one id".formatted(token));
            }
        });
        List<String> missing = Stream.of(BEGIN, END, UNKNOWN, PADDING)
                .filter(token -> !ids.containsKey(token))
                .toList();
        if (!missing.isEmpty()) {
            throw new InvalidFileException(
                    vocabulary,
                    "lacks the special tokens %s; it is not a vocabulary of BERT"
                            .formatted(String.join(", ", missing)));
        }
        return new WordPieceTokenizer(
                ids,
                Stream.concat(SPECIAL.stream().filter(ids::containsKey), added.stream())
                        .toList());
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new InvalidFileException(file, "is larger than any vocabulary (16 MiB)");
            }
            return Json.utf8(file, Files.readAllBytes(file)).lines().toList();
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found; it is the vocabulary of a tokenizer", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the ids of {@code text} between those of begin and end.
     *
     * @param most the greatest number of ids, at least 2; longer texts are cut before the end
     */
    public List<Integer> encode(String text, int most) {
        List<Integer> pieces = ids(text);
        List<Integer> encoded = new ArrayList<>(List.of(id(BEGIN)));
        encoded.addAll(pieces.subList(0, Math.min(pieces.size(), most - 2)));
        encoded.add(id(END));
        return encoded;
    }

    /** Returns all ids of {@code text}, without begin and end. */
    public List<Integer> ids(String text) {
        List<Integer> found = new ArrayList<>();
        Matcher matcher = special.matcher(text);
        int from = 0;
        while (matcher.find()) {
            addWords(text.substring(from, matcher.start()), found);
            found.add(id(matcher.group()));
            from = matcher.end();
        }
        addWords(text.substring(from), found);
        return found;
    }

    /** Returns the id with which sequences are padded. */
    public int padding() {
        return id(PADDING);
    }

    /** Returns the number of tokens; every id is below it. */
    public int vocabularySize() {
        return ids.size();
    }

    private int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    private void addWords(String text, List<Integer> found) {
        SPACES.splitAsStream(spread(text))
                .filter(word -> !word.isEmpty())
                .forEach(word -> found.addAll(pieces(word).orElseGet(() -> List.of(id(UNKNOWN)))));
    }

    /** Returns the ids of a word's pieces, each the longest possible; empty if the vocabulary lacks one. */
    private Optional<List<Integer>> pieces(String word) {
        if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
            return Optional.empty();
        }
        List<Integer> pieces = new ArrayList<>();
        int from = 0;
        while (from < word.length()) {
            String before = from == 0 ? "" : INSIDE;
            int end = Math.min(word.length(), from + longestPiece);
            while (end > from && !ids.containsKey(before + word.substring(from, end))) {
                end--;
            }
            if (end == from) {
                return Optional.empty();
            }
            pieces.add(id(before + word.substring(from, end)));
            from = end;
        }
        return Optional.of(pieces);
    }

    /** Returns the normalised text, with spaces between words. */
    private static String spread(String text) {
        StringBuilder words = new StringBuilder(text.length());
        Normalizer.normalize(lowerCase(text), Normalizer.Form.NFD)
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                .forEach(c -> {
                    if (isAlone(c)) {
                        words.append(' ').appendCodePoint(c).append(' ');
                    } else {
                        words.appendCodePoint(c);
                    }
                });
        return words.toString();
    }

    /** Converts each code point by itself, because BERT was not trained with the final form of the Greek sigma. */
    private static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints().filter(c -> !isControl(c)).forEach(c -> {
            if (isSpace(c)) {
                lower.append(' ');
            } else if (c == 0x130) {
                lower.append('i'); // Its dot would be an accent.
            } else {
                lower.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return lower.toString();
    }

    private static boolean isSpace(int c) {
        return c == '\t' || c == '\n' || c == '\r' || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** Returns whether a character is removed: one without a shape, or the replacement character. */
    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> !isSpace(c);
            case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED -> true;
            default -> c == 0xFFFD;
        };
    }

    private static boolean isAlone(int c) {
        return isPunctuation(c) || isChinese(c);
    }

    private static boolean isPunctuation(int c) {
        boolean ascii = c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
        return ascii
                || switch (Character.getType(c)) {
                    case Character.CONNECTOR_PUNCTUATION,
                            Character.DASH_PUNCTUATION,
                            Character.START_PUNCTUATION,
                            Character.END_PUNCTUATION,
                            Character.INITIAL_QUOTE_PUNCTUATION,
                            Character.FINAL_QUOTE_PUNCTUATION,
                            Character.OTHER_PUNCTUATION -> true;
                    default -> false;
                };
    }

    /** Returns the blocks of unified ideographs and of compatibility ideographs that BERT was trained with. */
    private static boolean isChinese(int c) {
        return isIn(c, 0x4E00, 0x9FFF)
                || isIn(c, 0x3400, 0x4DBF)
                || isIn(c, 0x20000, 0x2A6DF)
                || isIn(c, 0x2A700, 0x2CEAF)
                || isIn(c, 0xF900, 0xFAFF)
                || isIn(c, 0x2F800, 0x2FA1F);
    }

    private static boolean isIn(int c, int first, int last) {
        return c >= first && c <= last;
    }
}

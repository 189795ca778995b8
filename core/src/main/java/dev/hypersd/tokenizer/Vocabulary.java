package dev.hypersd.tokenizer;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.tokenizer.BytePairEncoder.Merge;
import dev.hypersd.tokenizer.BytePairEncoder.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tokens and merges of a CLIP tokenizer, read from {@code vocab.json} with {@code merges.txt} or from {@code
 * tokenizer.json} and checked: ids are exactly 0 to n-1, each once, and every part of a merge is a token.
 */
final class Vocabulary {
    static final String END_OF_WORD = "</w>";

    /** The largest file of merges that is read; published ones are half a megabyte. */
    private static final long LARGEST_MERGES = 16L << 20;

    private final Path file;
    private final Map<String, Integer> ids;
    private final Map<Pair, Merge> merges;

    private Vocabulary(Path file, Map<String, Integer> ids, Map<Pair, Merge> merges) {
        this.file = file;
        this.ids = ids;
        this.merges = merges;
    }

    /** Returns the vocabulary in {@code files}. */
    static Vocabulary of(VocabularyFiles files) {
        Path name = Path.of("published", "vocab.json");
        Map<String, Integer> ids = HashMap.newHashMap(files.size());
        for (String token : files.tokens()) {
            ids.put(token, ids.size());
        }
        Map<Pair, Merge> merges = new HashMap<>();
        for (String merge : files.merges()) {
            addMerge(name, "merge " + merges.size(), merge.split(" ", -1), ids, merges);
        }
        return checked(name, ids, merges);
    }

    /** Reads the older format of two files. */
    static Vocabulary read(Path vocabFile, Path mergesFile) {
        Map<String, Integer> ids = ids(Json.read(vocabFile));
        Map<Pair, Merge> merges = new HashMap<>();
        int line = 0;
        for (String text : lines(mergesFile)) {
            line++;
            if (text.isEmpty() || (line == 1 && text.startsWith("#version"))) {
                continue;
            }
            addMerge(mergesFile, "line " + line, text.split(" ", -1), ids, merges);
        }
        return checked(vocabFile, ids, merges);
    }

    /** Reads the newer format of one file, {@code tokenizer.json}. */
    static Vocabulary read(JsonObject tokenizer) {
        JsonObject model = tokenizer
                .object("model")
                .orElseThrow(() -> tokenizer.invalid("model", "is missing; it must hold vocab and merges"));
        if (!model.string("type", "BPE").equals("BPE")
                || !model.string("end_of_word_suffix", "").equals(END_OF_WORD)) {
            throw tokenizer.invalid(
                    "model",
                    "must be of type BPE with end_of_word_suffix \"</w>\", as CLIP's is, not of type "
                            + model.string("type", "BPE") + " with suffix \"" + model.string("end_of_word_suffix", "")
                            + "\"");
        }
        Map<String, Integer> ids = ids(model.object("vocab").orElseThrow(() -> model.invalid("vocab", "is missing")));
        for (JsonObject added : tokenizer.objects("added_tokens")) {
            String content = added.string("content", "");
            int id = added.integer("id", -1);
            Integer known = ids.putIfAbsent(content, id);
            if (known != null && known != id) {
                throw added.invalid("id", "of \"" + content + "\" is " + id + ", its id in the vocabulary is " + known);
            }
        }
        Map<Pair, Merge> merges = new HashMap<>();
        int number = 0;
        for (List<String> merge : model.stringLists("merges")) {
            // Older files write both symbols into one string.
            String[] symbols = merge.size() == 1 ? merge.getFirst().split(" ", -1) : merge.toArray(String[]::new);
            addMerge(tokenizer.file(), "model.merges[" + number + "]", symbols, ids, merges);
            number++;
        }
        return checked(tokenizer.file(), ids, merges);
    }

    private static Map<String, Integer> ids(JsonObject vocab) {
        Map<String, Integer> ids = HashMap.newHashMap(vocab.keys().size());
        for (String token : vocab.keys()) {
            ids.put(token, vocab.integer(token, -1));
        }
        return ids;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LARGEST_MERGES) {
                throw new InvalidFileException(file, "is larger than any list of merges (16 MiB)");
            }
            return Json.utf8(file, Files.readAllBytes(file)).lines().toList();
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found; it belongs into the folder of vocab.json", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static void addMerge(
            Path file, String where, String[] symbols, Map<String, Integer> ids, Map<Pair, Merge> merges) {
        if (symbols.length != 2) {
            throw new InvalidFileException(
                    file, "%s has %d symbols; a merge joins two".formatted(where, symbols.length));
        }
        Integer left = ids.get(symbols[0]);
        Integer right = ids.get(symbols[1]);
        Integer joined = ids.get(symbols[0] + symbols[1]);
        if (left == null || right == null || joined == null) {
            String unknown = left == null ? symbols[0] : right == null ? symbols[1] : symbols[0] + symbols[1];
            throw new InvalidFileException(
                    file,
                    "%s: the merge of \"%s\" and \"%s\" needs \"%s\", which is not in the vocabulary"
                            .formatted(where, symbols[0], symbols[1], unknown));
        }
        merges.put(new Pair(left, right), new Merge(merges.size(), joined));
    }

    private static Vocabulary checked(Path file, Map<String, Integer> ids, Map<Pair, Merge> merges) {
        BitSet used = new BitSet(ids.size());
        ids.forEach((token, id) -> {
            if (id < 0 || id >= ids.size()) {
                throw new InvalidFileException(
                        file,
                        "id %d of token \"%s\" is out of range: %d tokens have the ids 0 to %d"
                                .formatted(id, token, ids.size(), ids.size() - 1));
            }
            if (used.get(id)) {
                throw new InvalidFileException(
                        file, "duplicate id: two tokens have the id %d, one is \"%s\"".formatted(id, token));
            }
            used.set(id);
        });
        return new Vocabulary(file, ids, merges);
    }

    /** Returns the number of tokens; every id is below it. */
    int size() {
        return ids.size();
    }

    /** Returns the id of {@code token}, which must exist. */
    int id(String token) {
        return Objects.requireNonNull(ids.get(token), token);
    }

    /** Returns the tokens in the order of their ids. */
    String[] tokens() {
        String[] tokens = new String[ids.size()];
        ids.forEach((token, id) -> tokens[id] = token);
        return tokens;
    }

    /** Refuses the file if it lacks one of {@code tokens}. */
    void require(Set<String> tokens) {
        String missing =
                tokens.stream().filter(token -> !ids.containsKey(token)).collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new InvalidFileException(file, "lacks the special tokens " + missing);
        }
    }

    /** Returns the encoder of words; bytes without a token become {@code unknown}. */
    BytePairEncoder encoder(int unknown) {
        int[] inner = new int[256];
        int[] last = new int[256];
        for (int b = 0; b < 256; b++) {
            String symbol = ByteSymbols.of(b);
            inner[b] = ids.getOrDefault(symbol, unknown);
            last[b] = ids.getOrDefault(symbol + END_OF_WORD, unknown);
        }
        return new BytePairEncoder(inner, last, merges);
    }
}

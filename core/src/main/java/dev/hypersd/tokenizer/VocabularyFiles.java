package dev.hypersd.tokenizer;

import dev.hypersd.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a tokenizer with CLIP's layout of ids: the 256 bytes, the same at the end of a word, the results of
 * merges, unused names up to the size of the vocabulary, and the two special tokens last. The {@link #published}
 * vocabulary has the same layout.
 *
 * @param size the number of tokens of the text encoder
 * @param merges pairs of symbols separated by a space, in the order in which they were learned; empty for a byte
 *     tokenizer
 */
public record VocabularyFiles(int size, List<String> merges) {
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";

    /** The number of tokens without merges: each byte inside a word and at its end, and the special ones. */
    public static final int WITHOUT_MERGES = 2 * 256 + 2;

    /** The padding token of SDXL's second text encoder and of SD 2.x. */
    public static final String PADDING_OF_SECOND = "!";

    /** The padding token of all others, which is the end token. */
    public static final String PADDING = END;

    private static final int PUBLISHED_SIZE = 49_408;
    private static final String PUBLISHED_MERGES = "clip/merges.txt.gz";

    public VocabularyFiles {
        merges = List.copyOf(merges);
        if (WITHOUT_MERGES + merges.size() > size) {
            throw new IllegalArgumentException(
                    "%d merges do not fit into a vocabulary of %d tokens".formatted(merges.size(), size));
        }
    }

    /** Returns the vocabulary of 49408 tokens that CLIP was published with, and which SD 1.x, SD 2.x and SDXL share. */
    public static VocabularyFiles published() {
        try (InputStream stream = VocabularyFiles.class.getResourceAsStream(PUBLISHED_MERGES)) {
            if (stream == null) {
                throw new IllegalStateException(PUBLISHED_MERGES + " is not on the class path");
            }
            String text = new String(new GZIPInputStream(stream).readAllBytes(), StandardCharsets.UTF_8);
            return new VocabularyFiles(
                    PUBLISHED_SIZE,
                    text.lines().filter(line -> !line.startsWith("#version")).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the files by name, the contents in UTF-8. */
    public Map<String, byte[]> files(String padding) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("vocab.json", vocabulary().toString());
        files.put(
                "merges.txt",
                "#version: 0.2\n"
                        + String.join(
                                "", merges.stream().map(merge -> merge + "\n").toList()));
        files.put("special_tokens_map.json", roles(padding).toPrettyString() + "\n");
        files.put("tokenizer_config.json", configuration(padding).toPrettyString() + "\n");
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    /** Returns the tokens in the order of their ids. */
    List<String> tokens() {
        List<String> symbols = ByteSymbols.inOrderOfIds();
        List<String> tokens = new ArrayList<>(symbols);
        symbols.forEach(symbol -> tokens.add(symbol + "</w>"));
        merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
        IntStream.range(tokens.size(), size - 2).forEach(id -> tokens.add("<|unused" + id + "|>"));
        tokens.add(BEGIN);
        tokens.add(END);
        return tokens;
    }

    private ObjectNode vocabulary() {
        ObjectNode ids = Json.MAPPER.createObjectNode();
        tokens().forEach(token -> ids.put(token, ids.size()));
        return ids;
    }

    private static ObjectNode roles(String padding) {
        return Json.MAPPER
                .createObjectNode()
                .put("bos_token", BEGIN)
                .put("eos_token", END)
                .put("unk_token", END)
                .put("pad_token", padding);
    }

    ObjectNode configuration(String padding) {
        ObjectNode json = roles(padding)
                .put("model_max_length", 77)
                .put("do_lower_case", true)
                .put("errors", "replace")
                .put("tokenizer_class", "CLIPTokenizer");
        ObjectNode added = json.putObject("added_tokens_decoder");
        List<String> tokens = tokens();
        for (String token : new String[] {padding, BEGIN, END}) {
            added.putObject(String.valueOf(tokens.indexOf(token)))
                    .put("content", token)
                    .put("lstrip", false)
                    .put("normalized", !token.equals("!"))
                    .put("rstrip", false)
                    .put("single_word", false)
                    .put("special", true);
        }
        return json;
    }
}

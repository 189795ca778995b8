package dev.hypersd.model;

import dev.hypersd.json.Json;
import dev.hypersd.tokenizer.ByteSymbols;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a tokenizer that knows bytes and no words: CLIP's scheme without merges.
 *
 * <p>The published vocabulary is not ours to ship. This one has the same layout: the 256 bytes, the same at the end of a word,
 * then, in place of words, names that occur in no text, and the two special tokens last.
 */
final class ByteVocabulary {
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";

    private final int size;

    /** @param size how many tokens the text encoder has */
    ByteVocabulary(int size) {
        this.size = size;
    }

    /** The files by name, the contents in UTF-8. */
    Map<String, byte[]> files(String padding) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("vocab.json", vocabulary().toString());
        files.put("merges.txt", "#version: 0.2\n");
        files.put("special_tokens_map.json", roles(padding).toPrettyString() + "\n");
        files.put("tokenizer_config.json", configuration(padding).toPrettyString() + "\n");
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    /** The token that SDXL's second tokenizer pads with; the first one's is the end of the text. */
    static String padding(String component) {
        return component.equals("tokenizer_2") ? "!" : END;
    }

    private List<String> tokens() {
        List<String> symbols = ByteSymbols.inOrderOfIds();
        List<String> tokens = new ArrayList<>(symbols);
        symbols.forEach(symbol -> tokens.add(symbol + "</w>"));
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

    private ObjectNode configuration(String padding) {
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

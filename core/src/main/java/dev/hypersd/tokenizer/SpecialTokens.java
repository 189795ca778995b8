package dev.hypersd.tokenizer;

import dev.hypersd.json.JsonObject;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tokens that are recognised in a prompt as a whole and not split: those with a role, and others that the files
 * add.
 *
 * @param begin the token that begins a sequence
 * @param end the token that ends a sequence
 * @param unknown the token for bytes without a token
 * @param padding the token that pads a sequence
 * @param normalised all tokens; true for one that is searched in the normalised text, false for one that is searched in
 *     the text as typed
 */
record SpecialTokens(String begin, String end, String unknown, String padding, Map<String, Boolean> normalised) {
    private static final Pattern NONE = Pattern.compile("(?!)");

    /**
     * Reads the tokens from the files that may contain them; earlier files take precedence, and CLIP's usual tokens are
     * the defaults.
     *
     * @param files tokenizer_config.json, special_tokens_map.json and tokenizer.json, as far as they exist
     */
    static SpecialTokens read(List<JsonObject> files) {
        Map<String, Boolean> normalised = new LinkedHashMap<>();
        for (JsonObject file : files) {
            for (JsonObject token : added(file)) {
                add(token, normalised);
            }
        }
        String begin = role("bos_token", "<|startoftext|>", files, normalised);
        String end = role("eos_token", "<|endoftext|>", files, normalised);
        String unknown = role("unk_token", end, files, normalised);
        String padding = role("pad_token", end, files, normalised);
        return new SpecialTokens(begin, end, unknown, padding, normalised);
    }

    private static List<JsonObject> added(JsonObject file) {
        return file.object("added_tokens_decoder")
                .map(byId -> byId.keys().stream()
                        .flatMap(id -> byId.object(id).stream())
                        .toList())
                .orElseGet(() -> file.objects("added_tokens"));
    }

    /**
     * Reads the token of a role, which is given as a string or as an object that also says in which text to search it.
     */
    private static String role(String key, String usual, List<JsonObject> files, Map<String, Boolean> normalised) {
        for (JsonObject file : files) {
            if (file.isObject(key)) {
                return add(file.object(key).orElseThrow(), normalised);
            }
            if (file.has(key)) {
                return add(file, key, false, normalised);
            }
        }
        normalised.putIfAbsent(usual, false);
        return usual;
    }

    private static String add(JsonObject token, Map<String, Boolean> normalised) {
        return add(token, "content", token.flag("normalized", false), normalised);
    }

    private static String add(JsonObject parent, String key, boolean isNormalised, Map<String, Boolean> normalised) {
        String content = parent.string(key, "");
        if (content.isEmpty()) {
            throw parent.invalid(key, "is missing or empty; it must be the text of a token");
        }
        normalised.putIfAbsent(content, isNormalised);
        return content;
    }

    /** Returns all special tokens. */
    Set<String> all() {
        return normalised.keySet();
    }

    /** Returns the pattern of the tokens that are searched in the text as typed. */
    Pattern asTyped() {
        return anyOf(false);
    }

    /** Returns the pattern of the tokens that are searched in the normalised text. */
    Pattern inNormalised() {
        return anyOf(true);
    }

    /**
     * Returns the pattern of one of both groups. Where two tokens begin at the same place, the longer one is matched.
     */
    private Pattern anyOf(boolean inNormalised) {
        String alternatives = normalised.entrySet().stream()
                .filter(token -> token.getValue() == inNormalised)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return alternatives.isEmpty() ? NONE : Pattern.compile(alternatives);
    }
}

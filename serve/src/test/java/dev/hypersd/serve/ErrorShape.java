package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The form of an error, as the clients of each API read it, with one sentence for the user. */
enum ErrorShape {
    OPEN_AI(Set.of("error"), Set.of("message", "type", "param", "code")),
    AUTOMATIC1111(Set.of("error", "detail", "body", "errors"), Set.of()),
    MODEL_CONTEXT_PROTOCOL(Set.of("jsonrpc", "id", "error"), Set.of("code", "message", "data")),
    COMFY_UI(Set.of("error", "node_errors"), Set.of("type", "message", "details", "extra_info"));

    private static final Pattern OF_AUTOMATIC1111 =
            Pattern.compile("/(sdapi|controlnet|internal)/.*|/queue/status|/config");
    private static final Pattern OF_COMFY_UI = Pattern.compile(
            "(/api)?/(prompt|queue|history|view|upload|interrupt|object_info|system_stats|embeddings|ws|etn)(/.*)?");

    /** What is said of requests that fail before their address is known, always in the form of OpenAI. */
    private static final List<String> BEFORE_ROUTES =
            List.of("the request is not valid HTTP/1.1", "the address or the headers of the request are too long");

    private static final int LONGEST_SENTENCE = 500;

    private final Set<String> keys;
    private final Set<String> innerKeys;

    ErrorShape(Set<String> keys, Set<String> innerKeys) {
        this.keys = keys;
        this.innerKeys = innerKeys;
    }

    /** The form of the API to which an address belongs. */
    static ErrorShape of(String path) {
        if (OF_AUTOMATIC1111.matcher(path).matches()) {
            return AUTOMATIC1111;
        }
        if (path.equals("/mcp")) {
            return MODEL_CONTEXT_PROTOCOL;
        }
        return OF_COMFY_UI.matcher(path).matches() ? COMFY_UI : OPEN_AI;
    }

    /** Checks that {@code body} is an error of the API to which {@code path} belongs, and returns its sentence. */
    static String check(String name, String path, String body) {
        JsonNode error = parsed(name, body);
        boolean isEarly =
                BEFORE_ROUTES.contains(error.path("error").path("message").asString(""));
        ErrorShape expected = isEarly ? OPEN_AI : of(path);
        assertThat(Set.copyOf(error.propertyNames())).as(name).isEqualTo(expected.keys);
        JsonNode inner = expected.innerKeys.isEmpty() ? error : error.path("error");
        if (!expected.innerKeys.isEmpty()) {
            assertThat(Set.copyOf(inner.propertyNames())).as(name).isEqualTo(expected.innerKeys);
        }
        return sentence(
                name,
                inner.path(expected == AUTOMATIC1111 ? "detail" : "message").asString(""));
    }

    /** Checks that {@code text} is one sentence that can be shown in one line, and returns it. */
    static String sentence(String name, String text) {
        assertThat(text).as(name).isNotBlank().hasSizeLessThanOrEqualTo(LONGEST_SENTENCE);
        assertIsPrintable("the answer to " + name, text);
        return text;
    }

    /** Checks that {@code text} has no control characters and no halves of surrogate pairs. */
    static void assertIsPrintable(String what, String text) {
        assertThat(text.codePoints()
                        .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE))
                .as("control characters and halves of surrogate pairs in %s: %s", what, text)
                .isEmpty();
    }

    private static JsonNode parsed(String name, String body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw new AssertionError("%s is answered with something else than JSON: %s".formatted(name, body), e);
        }
    }
}

package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Every field that the documentation of OpenAI's image API and of AUTOMATIC1111's API lists is carried out, refused, or
 * named in a warning. The lists are those of OpenAI's client 6.49 and of AUTOMATIC1111 1.10.
 */
class DocumentedFieldsTest {
    private static TinyServer server;

    @BeforeAll
    static void start() {
        server = TinyServer.open();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Field | value | done, warned, or the sentence with which it is refused
                "prompt | `a cat` | done",
                "background | `opaque` | done",
                "background | `transparent` | background: pictures have no transparent parts",
                "model | `other` | done",
                "moderation | `low` | warned",
                "n | 2 | done",
                "output_compression | 50 | warned",
                "output_format | `webp` | done",
                "partial_images | 2 | warned",
                "partial_images | 9 | partial_images is 0 to 3, not 9",
                "quality | `high` | warned",
                "response_format | `b64_json` | done",
                "response_format | `url` | done",
                "size | `64x72` | done",
                "style | `natural` | warned",
                "user | `somebody` | warned",
            })
    void fieldsOfOpenAiGenerations(String field, String value, String outcome) throws Exception {
        check("/v1/images/generations", Map.of("prompt", "a", "size", "64x64", "steps", 1), field, value, outcome);
    }

    @Test
    void defaultValuesOfUnsupportedFieldsAreNotWarnedAbout() throws Exception {
        String openAi = """
                {"prompt": "a", "size": "64x64", "steps": 1, "guidance": 1, "quality": "standard", "style": "vivid",
                 "moderation": "auto", "background": "auto", "user": null, "stream": false}""";
        assertThat(warnings(server.post("/v1/images/generations", openAi))).isEmpty();
        String automatic1111 = """
                {"prompt": "a", "width": 64, "height": 64, "steps": 1, "cfg_scale": 1, "restore_faces": false,
                 "tiling": null, "subseed": -1, "subseed_strength": 0, "seed_resize_from_h": -1, "s_noise": 1.0,
                 "override_settings_restore_afterwards": true, "script_args": [], "script_name": "", "comments": {},
                 "do_not_save_samples": "true", "refiner_checkpoint": "None", "s_tmax": 0}""";
        assertThat(warnings(server.post("/sdapi/v1/txt2img", automatic1111))).isEmpty();
    }

    @Test
    void unknownFieldsAreNamedWithTheFieldThatIsNearest() throws Exception {
        for (String route : List.of("/v1/images/generations", "/sdapi/v1/txt2img")) {
            HttpResponse<String> answer =
                    server.post(route, "{\"prompt\": \"a\", \"stpes\": 1, \"steps\": 1, \"seed\": 1}");
            assertThat(warnings(answer)).contains("stpes is unknown and has no effect; do you mean steps?");
            assertThat(answer.headers().firstValue("Warning").orElseThrow()).contains("stpes is unknown");
        }
    }

    @Test
    void manyUnknownFieldsAreCounted() throws Exception {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("prompt", "a", "size", "64x64", "steps", 1));
        for (int i = 0; i < 20; i++) {
            body.put("unknown" + "x".repeat(100) + i, i);
        }
        HttpResponse<String> answer = server.post("/v1/images/generations", Json.MAPPER.writeValueAsString(body));
        assertThat(warnings(answer)).contains("12 more fields are unknown and have no effect");
    }

    private static void check(String route, Map<String, Object> base, String field, String value, String outcome)
            throws Exception {
        Map<String, Object> body = new LinkedHashMap<>(base);
        body.put(field, value(value));
        HttpResponse<String> answer = server.post(route, Json.MAPPER.writeValueAsString(body));
        switch (outcome) {
            case "done" -> assertThat(warnings(answer)).noneMatch(warning -> warning.startsWith(field + " "));
            case "warned" -> assertThat(warnings(answer)).anyMatch(warning -> warning.startsWith(field + " has no"));
            default -> {
                assertThat(answer.statusCode()).isEqualTo(400);
                assertThat(answer.body()).contains(outcome);
            }
        }
    }

    /** JSON, or else a text. */
    private static Object value(String text) {
        return text.matches("[-\\d\\[{tfn\"].*") && !text.matches("\\d+x\\d+|natural|transparent")
                ? Json.MAPPER.readTree(text)
                : text;
    }

    private static List<String> warnings(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode warnings = TinyServer.json(answer).get("warnings");
        return warnings.valueStream().map(JsonNode::asString).toList();
    }
}

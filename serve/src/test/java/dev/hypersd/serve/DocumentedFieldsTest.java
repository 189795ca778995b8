package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Every field that the documentation of OpenAI's image API and of AUTOMATIC1111's API lists is carried out, refused, or
 * named in a warning. The lists are those of OpenAI's client 6.49 and of AUTOMATIC1111 1.10.
 */
class DocumentedFieldsTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

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
    void fieldsOfOpenAiGenerationsAreCarriedOutOrNamed(String field, String value, String outcome) throws Exception {
        check("/v1/images/generations", Map.of("prompt", "a", "size", "64x64", "steps", 1), field, value, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt | a cat | done",
                "background | opaque | done",
                "input_fidelity | high | warned",
                "model | other | done",
                "n | 2 | done",
                "output_compression | 50 | warned",
                "output_format | webp | done",
                "partial_images | 1 | warned",
                "quality | high | warned",
                "response_format | url | done",
                "size | 64x72 | done",
                "stream | false | done",
                "user | somebody | warned",
            })
    void fieldsOfOpenAiEditsAndVariationsAreCarriedOutOrNamed(String field, String value, String outcome)
            throws Exception {
        for (String route : List.of("edits", "variations")) {
            MultipartBody form = new MultipartBody()
                    .file("image", TinyServer.png(64, 64))
                    .file(route.equals("edits") ? "mask" : "unused", TinyServer.png(64, 64))
                    .text("steps", "1")
                    .text(field, value);
            if (!field.equals("prompt")) {
                form.text("prompt", "a");
            }
            assertOutcome(form.post(server, "/v1/images/" + route), field, outcome);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt | \"a cat\" | done",
                "negative_prompt | \"dogs\" | done",
                "styles | [\"film\"] | the style film is unknown",
                "seed | 5 | done",
                "subseed | 5 | warned",
                "subseed_strength | 0.5 | warned",
                "seed_resize_from_h | 64 | warned",
                "seed_resize_from_w | 64 | warned",
                "sampler_name | \"Euler a\" | done",
                "sampler_index | \"Euler a\" | done",
                "scheduler | \"Karras\" | scheduler Karras has no effect without sampler_name",
                "batch_size | 2 | done",
                "n_iter | 2 | done",
                "steps | 2 | done",
                "cfg_scale | 2.5 | done",
                "width | 72 | done",
                "height | 72 | done",
                "restore_faces | true | warned",
                "tiling | true | warned",
                "do_not_save_samples | true | done",
                "do_not_save_grid | true | done",
                "eta | 0.5 | done",
                "denoising_strength | 0.5 | done",
                "s_min_uncond | 0.5 | warned",
                "s_churn | 0.5 | warned",
                "s_tmax | 0.5 | warned",
                "s_tmin | 0.5 | warned",
                "s_noise | 0.5 | warned",
                "override_settings | {\"sd_model_checkpoint\": \"other\"} | done",
                "override_settings_restore_afterwards | false | warned",
                "override_settings_restore_afterwards | true | done",
                "refiner_checkpoint | \"other\" | warned",
                "refiner_switch_at | 0.8 | warned",
                "disable_extra_networks | true | warned",
                "firstpass_image | \"x\" | warned",
                "comments | {\"a\": 1} | warned",
                "enable_hr | true | done",
                "firstphase_width | 64 | warned",
                "firstphase_height | 64 | warned",
                "hr_scale | 4 | done",
                "hr_upscaler | \"Latent\" | done",
                "hr_second_pass_steps | 4 | done",
                "hr_resize_x | 128 | done",
                "hr_resize_y | 128 | done",
                "hr_checkpoint_name | \"other\" | done",
                "hr_sampler_name | \"Euler\" | done",
                "hr_scheduler | \"Karras\" | done",
                "hr_prompt | \"more\" | done",
                "hr_negative_prompt | \"more\" | done",
                "force_task_id | \"task\" | warned",
                "script_name | \"X/Y/Z plot\" | warned",
                "script_args | [1] | warned",
                "send_images | false | done",
                "save_images | true | warned",
                "alwayson_scripts | {\"ADetailer\": {\"args\": [{}]}} | the script ADetailer has no effect",
                "infotext | \"Steps: 1, Seed: 5\" | done",
            })
    void fieldsOfTextToImageAreCarriedOutOrNamed(String field, String value, String outcome) throws Exception {
        Map<String, Object> base = Map.of("prompt", "a", "width", 64, "height", 64, "steps", 2);
        check("/sdapi/v1/txt2img", base, field, value, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hr_scale | 1.5 | done",
                "hr_upscaler | \"Latent\" | hr_upscaler Latent has no effect",
                "hr_second_pass_steps | 4 | warned",
                "hr_resize_x | 128 | done",
                "hr_resize_y | 128 | done",
                "hr_checkpoint_name | \"other\" | warned",
                "hr_sampler_name | \"Euler\" | warned",
                "hr_scheduler | \"Karras\" | warned",
                "hr_prompt | \"more\" | warned",
                "hr_negative_prompt | \"more\" | warned",
            })
    void fieldsOfASecondPassAreCarriedOutOrNamed(String field, String value, String outcome) throws Exception {
        Map<String, Object> base = Map.of("prompt", "a", "width", 64, "height", 64, "steps", 2, "enable_hr", true);
        check("/sdapi/v1/txt2img", base, field, value, outcome);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resize_mode | 1 | done",
                "resize_mode | 2 | resize_mode 2 has no effect",
                "denoising_strength | 0.5 | done",
                "image_cfg_scale | 2 | warned",
                "mask | \"\" | done",
                "mask_blur | 8 | warned",
                "mask_blur_x | 8 | warned",
                "mask_blur_y | 8 | warned",
                "mask_round | false | done",
                "inpainting_fill | 2 | warned",
                "inpaint_full_res | true | warned",
                "inpaint_full_res_padding | 64 | warned",
                "inpainting_mask_invert | 1 | done",
                "initial_noise_multiplier | 0.5 | warned",
                "latent_mask | \"x\" | warned",
                "include_init_images | true | warned",
            })
    void fieldsOfImageToImageAreCarriedOutOrNamed(String field, String value, String outcome) throws Exception {
        Map<String, Object> base = Map.of(
                "prompt", "a", "width", 64, "height", 64, "steps", 2, "init_images", List.of(TinyServer.png(64, 64)));
        check("/sdapi/v1/img2img", base, field, value, outcome);
    }

    @Test
    void defaultValuesOfUnsupportedFieldsAreNotWarnedAbout() throws Exception {
        String openAi = """
            {"prompt": "a", "size": "64x64", "steps": 1, "guidance": 1, "quality": "standard", "style": "vivid",
             "moderation": "auto", "background": "auto", "user": null, "stream": false}\
            """;
        assertThat(warnings(server.post("/v1/images/generations", openAi))).isEmpty();
        String automatic1111 = """
            {"prompt": "a", "width": 64, "height": 64, "steps": 1, "cfg_scale": 1, "restore_faces": false,
             "tiling": null, "subseed": -1, "subseed_strength": 0, "seed_resize_from_h": -1, "s_noise": 1.0,
             "override_settings_restore_afterwards": true, "script_args": [], "script_name": "", "comments": {},
             "do_not_save_samples": "true", "refiner_checkpoint": "None", "s_tmax": 0}\
            """;
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
        assertOutcome(server.post(route, Json.MAPPER.writeValueAsString(body)), field, outcome);
    }

    private static void assertOutcome(HttpResponse<String> answer, String field, String outcome) {
        switch (outcome) {
            case "done" ->
                assertThat(warnings(answer))
                        .noneMatch(warning -> warning.startsWith(field + " ") && warning.contains("no effect"));
            case "warned" ->
                assertThat(warnings(answer)).anyMatch(warning -> warning.startsWith(field + " has no effect"));
            default -> assertThat(answer.body()).contains(outcome);
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
